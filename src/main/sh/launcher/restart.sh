# ---- restart, reload and start ---------------------------------------------------------------------

restart() {
    if [ -z "$drain$now" ]; then
        restart_in_place
        [ -z "$in_place" ] || exit 3
    fi
    stop || exit
    start_daemon ${config:+-c "$config"} start
}

# The daemon executes the version that is installed, in its own process, and what runs goes on. Returns when it must be
# stopped and started for that, having said why.
restart_in_place() {
    find_daemon
    case $is$elsewhere in
        running) ;;
        stopped | dead) return 0 ;;
        *) refuse_to_signal ;;
    esac
    birth=''
    ! read_process "$pid" || birth=$born
    await_handover
    [ -z "$bad" ] || { hint "workerd (pid $pid) goes on as before"; exit "$bad"; }
    [ -n "$visible" ] || { drain_because "its lock file in $ledgers cannot be read"; return; }
    [ -n "$image" ] || { drain_because 'it runs a version that cannot restart in place'; return; }
    [ "$draining" = false ] || { drain_because 'it was told to stop'; return; }
    before=$image asked=$requests
    tick
    begun=$clock
    send USR2
    while [ "$requests" = "$asked" ] || [ "$phase" != running ]; do
        if gone; then
            say 'cannot restart: the new version ended before it was ready; see the log'
            hint 'No job is lost. Try: workerd start'
            exit 1
        fi
        [ "$draining" = false ] || { say 'cannot restart: workerd was told to stop'; exit 1; }
        tick
        if [ -n "$limit" ] && [ $((clock - begun)) -ge "$limit" ]; then
            say "not restarted after $timeout: workerd (pid $pid) is still busy with that, see its log"
            exit 75
        fi
        sleep 0.05
        read_ledger
    done
    [ "$image" != "$before" ] || refused
    count=0
    while read -r id name attempt elapsed; do [ -z "$id" ] || count=$((count + 1)); done <<EOF
$busy
EOF
    case $count in
        0) hint "workerd restarted (pid $pid)" ;;
        1) hint "workerd restarted (pid $pid), 1 job goes on" ;;
        *) hint "workerd restarted (pid $pid), $count jobs go on" ;;
    esac
    tell_what_needs_drain
    exit 0
}

# A restart in place keeps the process, and with it the user, the limits and the environment that it was given.
tell_what_needs_drain() {
    [ "$file" = /etc/workerd/workerd.toml ] || return 0
    changed=''
    # shellcheck disable=SC3013 # dash, bash and busybox know -nt
    for part in /etc/default/workerd /etc/systemd/system/workerd.service /etc/systemd/system/workerd.service.d/*.conf; do
        [ ! "$part" -nt "$pidfile" ] || changed="$changed $part"
    done
    [ -z "$changed" ] || hint "Changed since it started, and not in force until: workerd restart --drain:$changed"
}

drain_because() {
    # Who may not is told so by the stop.
    [ -z "$in_place" ] && kill -s 0 "$pid" 2>/dev/null || return 0
    hint "workerd is stopped and started: $1"
}

# Says why the daemon did not restart, in its own words, and exits as those say.
refused() {
    id=${ledger##*/}
    code='' text=''
    {
        IFS= read -r code
        while IFS= read -r part; do text="$text${text:+$nl}$part"; done
    } 2>/dev/null <"${ledgers%/daemons}/scratch/${id%.lock}/refusal"
    case $code in [1-9] | [1-9][0-9] | [12][0-9][0-9]) ;; *) code=1 text=${text:-'workerd: cannot restart; see the log'} ;; esac
    hint "$text"
    hint "workerd (pid $pid) goes on as before"
    exit "$code"
}

reload() {
    birth=''
    find_daemon
    case $is$elsewhere in
        running) ;;
        stopped | dead)
            say 'cannot reload: workerd is not running'
            hint 'Try: workerd start'
            suggest_installation
            return 7
            ;;
        *) refuse_to_signal ;;
    esac
    await_handover
    send HUP
    [ -z "$file" ] || (run_java -c "$file" config --check) || {
        code=$?
        say "the configuration has errors: workerd (pid $pid) keeps the old one; it reopened its log"
        hint 'Fix the configuration, then: workerd reload'
        return "$code"
    }
    hint "workerd reloaded (pid $pid)"
}

# The system's daemon is root's to start, but not to be: the init system knows its user, and makes /run/workerd.
start_daemon() {
    if as_root && [ "$file" = /etc/workerd/workerd.toml ] && [ -z "${WORKERD_INIT:-}" ]; then
        if [ -d /run/systemd/system ] && [ -e /lib/systemd/system/workerd.service ]; then
            exec systemctl start workerd
        fi
        [ ! -x /etc/init.d/workerd ] || exec /etc/init.d/workerd start
    fi
    run_java "$@"
}
