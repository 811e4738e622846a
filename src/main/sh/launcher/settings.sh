# ---- settings -----------------------------------------------------------------------------------

# Sets configs, state and runtime to the user's own directories, '' where they are not known. As the XDG
# specification has it, a relative one counts as none.
find_own_places() {
    case ${HOME:-} in /*) configs=$HOME/.config state=$HOME/.local/state ;; *) configs='' state='' ;; esac
    case ${XDG_CONFIG_HOME:-} in /*) configs=$XDG_CONFIG_HOME ;; esac
    case ${XDG_STATE_HOME:-} in /*) state=$XDG_STATE_HOME ;; esac
    case ${XDG_RUNTIME_DIR:-} in /*) runtime=$XDG_RUNTIME_DIR ;; *) runtime=$state ;; esac
}

# What cannot be looked at counts as there: better to say so than to go on with another configuration.
is_there() { [ -e "$1" ] || { [ -d "${1%/*}" ] && [ ! -x "${1%/*}" ]; }; }

# Sets file to the configuration file ('' is none) and base to its directory.
find_config() {
    find_own_places
    file=${config:-${WORKERD_CONFIG:-}}
    if [ -n "$file" ]; then
        missing=''
        [ -e "$file" ] || missing="$file does not exist"
        [ ! -d "$file" ] || missing="$file is a directory"
        if [ -n "$missing" ]; then
            say "cannot read the configuration: $missing"
            hint 'Try: workerd --config FILE, or workerd init DIR to make one'
            give_up 6
        fi
    elif is_there /etc/workerd/workerd.toml; then
        file=/etc/workerd/workerd.toml
    elif ! as_root && [ -n "$configs" ] && is_there "$configs/workerd/workerd.toml"; then
        file=$configs/workerd/workerd.toml
    fi
    case $file in /*) base=${file%/*} ;; */*) base=$PWD/${file%/*} ;; *) base=$PWD ;; esac
}

# Root, and whoever uses the system's configuration, get the system's places.
as_root() { [ "$(id -u)" -eq 0 ]; }
system_wide() {
    ! as_root || return 0
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    case $base/${file##*/} in
        /etc/workerd/workerd.toml) ;;
        */./* | */../* | *//*) [ "$file" -ef /etc/workerd/workerd.toml ] ;;
        *) return 1 ;;
    esac
}

# Sets plain_pidfile and plain_url from the file and its conf.d (the last one wins), or clear to ''
# when they may say it in a form that only a TOML parser can read.
read_config() {
    clear=1 plain_pidfile='' plain_url=''
    [ -n "$file" ] || return 0
    found=$(parse_config) || give_up $?
    while IFS= read -r line; do
        case $line in
            unclear) clear='' ;;
            pidfile=*) plain_pidfile=${line#*=} ;;
            url=*) plain_url=${line#*=} ;;
        esac
    done <<EOF
$found
EOF
}

parse_config() {
    export LC_ALL=C # byte order
    set -- "$base/${file##*/}" # absolute: of a=b.toml awk would make a variable
    for part in "$base"/conf.d/*.toml; do [ ! -e "$part" ] || set -- "$@" "$part"; done
    for part in "$base/conf.d" "$@"; do
        [ -r "$part" ] || ! is_there "$part" || { say "cannot read $part: permission denied"; exit 4; }
    done
    awk '
        function odd() { unclear = 1; exit }
        BEGIN { wants["daemon"] = "pidfile"; wants["queue"] = "url" }
        FNR == 1 { table = "" }
        { sub(/\r$/, "") }
        /^[ \t]*(#.*)?$/ { next }
        /"""|\047\047\047/ { odd() }
        /^\[(daemon|queue)\][ \t]*(#.*)?$/ {
            table = /^\[d/ ? "daemon" : "queue"
            if (seen[FILENAME, table]++) odd()
            next
        }
        /^[ \t]*\[\[?(daemon|queue)[.\]]/ { odd() }
        /^[ \t]*\[/ { if ($0 !~ /^[ \t]*\[\[?[A-Za-z0-9_-]+[.\]]/) odd(); table = "another"; next }
        table == "another" { next }
        !/^[ \t]*[A-Za-z0-9_-]+[ \t]*[.=]/ { odd() }
        { key = $0; gsub(/^[ \t]*|[ \t]*[.=].*/, "", key) }
        table == "" && key in wants { odd() }
        table != "" && key == wants[table] {
            if ($0 !~ /^[^.=]*=[ \t]*("[^"\\]+"|\047[^\047]+\047)[ \t]*(#.*)?$/ || seen[FILENAME, key]++) odd()
            text = substr($0, match($0, /["\047]/))
            if (text ~ /^.~/) odd()
            last[key] = substr(text, 2, index(substr(text, 2), substr(text, 1, 1)) - 1)
        }
        END { if (unclear) print "unclear"; else for (key in last) print key "=" last[key] }
    ' "$@"
}

# Prints setting $1 as Java reads it, which may find the configuration bad.
ask_java() { ( run_java ${file:+-c "$file"} config --get "$1" ); }

find_pidfile() {
    pidfile=${WORKERD_DAEMON__PIDFILE:-$plain_pidfile}
    case ${WORKERD_DAEMON__PIDFILE-/} in /*) ;; *) pidfile='' clear='' ;; esac # Java says what is wrong with it
    if [ -z "$pidfile$clear" ]; then
        pidfile=$(ask_java daemon.pidfile) || give_up $?
    elif [ -z "$pidfile" ] && system_wide; then
        pidfile=/run/workerd/workerd.pid
    elif [ -z "$pidfile" ]; then
        [ -n "$runtime" ] || {
            say 'cannot find the pidfile: HOME is not set'
            hint 'Try: workerd --config FILE, or set HOME'
            give_up 6
        }
        pidfile=$runtime/workerd/workerd.pid
    fi
    case $pidfile in /*) ;; *) pidfile=$base/$pidfile ;; esac
}

# Sets ledgers to the directory where the daemons of the queue say what they run, '' without one; and bad to what Java
# exits with when it finds the configuration bad, which is no matter for who only looks what runs.
find_ledgers() {
    [ -z "${ledgers+set}" ] || return 0
    bad=''
    url=${WORKERD_QUEUE__URL:-$plain_url}
    if [ -z "$url$clear" ]; then
        url=$(ask_java queue.url) || bad=$? url=''
    elif [ -z "$url" ] && system_wide; then
        url=sqlite:/var/lib/workerd/queue.db
    fi
    url=${url:-${state:+sqlite:$state/workerd/queue.db}}
    ledgers='' queue=${url#sqlite:}
    case $url in postgresql:*) ledgers=$(ask_java daemon.dir)/daemons || bad=$? ledgers='' ;; esac
    [ "$queue" != "$url" ] || return 0
    queue=${queue%%\?*}
    case $queue in /*) ;; *) queue=$base/$queue ;; esac
    ledgers=${queue%/*}/daemons
}
