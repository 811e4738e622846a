# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # $top and $why are the caller's
# Starts and stops a server of PostgreSQL in $top, for the scripts beside this one. fsync is on.

# Sets $url, or says in $why what is wrong.
start_server() {
    server=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1)
    why='no PostgreSQL here: apt-get install postgresql'
    [ -n "$server" ] && [ -x "$server/initdb" ] || return 1
    mkdir "$top/server"
    [ "$(id -u)" -ne 0 ] || chown postgres "$top/server"
    why='initdb failed'
    as_postgres initdb -D "$top/server/data" -U jobs --auth=trust --encoding=UTF8 --locale=C >"$top/initdb" 2>&1 || return 1
    port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
    why='the server does not start'
    as_postgres pg_ctl -D "$top/server/data" -l "$top/server/log" -w -s \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$top/server -c shared_buffers=512MB -c max_wal_size=4GB" \
        start || return 1
    # shellcheck disable=SC2034 # for whoever reads this file
    url="postgresql://jobs@127.0.0.1:$port/postgres"
}

# PostgreSQL refuses to run as root.
as_postgres() {
    program=$server/$1
    shift
    if [ "$(id -u)" -eq 0 ]; then
        (cd "$top/server" && setpriv --reuid=postgres --regid=postgres --clear-groups "$program" "$@")
    else
        (cd "$top/server" && "$program" "$@")
    fi
}

stop_server() {
    [ ! -e "$top/server/data/postmaster.pid" ] || as_postgres pg_ctl -D "$top/server/data" -m immediate -s stop
}
