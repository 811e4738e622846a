# ---- status --------------------------------------------------------------------------------------

status() {
    if [ -n "$print_pidfile" ]; then put "$pidfile"; return 0; fi
    find_daemon
    if [ "$is" = running ]; then
        uptime_of_daemon
        if [ -z "$quiet" ] || [ -n "$json" ]; then read_ledger_or_say; fi
    fi
    if [ -n "$json" ]; then
        if [ "$is" = running ]; then print_json true; else print_json false; fi
    elif [ -n "$quiet" ]; then
        [ "$is" != running ] || put "$pid"
    else
        print_status
    fi
    case $is in
        running) return 0 ;;
        dead) return 1 ;;
        stopped) [ -n "$json$quiet" ] || suggest_installation; return 3 ;;
        unknown) say "$why"; hint 'Try: workerd doctor' ;;
        starting)
            say "${holder:+process }${holder:-a process of another PID namespace} holds the lock on $pidfile," \
                'which does not name it yet'
            ;;
    esac
    return 4
}

# What does not run may be the wrong one: there may be an installation in this directory, or above it.
suggest_installation() {
    [ -z "$config${WORKERD_CONFIG:-}" ] || return 0
    around=${PWD%/}
    case $around in *[![:print:]]*) return 0 ;; esac
    until [ -f "$around/workerd.toml" ]; do
        [ -n "$around" ] || return 0
        around=${around%/*}
    done
    hint "Did you mean the installation of $around/workerd.toml? Try: workerd -c $around/workerd.toml $command"
}

uptime_of_daemon() {
    uptime=0
    if [ -n "$elsewhere" ]; then
        uptime=$((($(date +%s) - written) * 1000))
    else
        tick
        read_process "$pid" || return 0
        uptime=$(((clock - born * 100 / $(getconf CLK_TCK)) * 10))
    fi
    [ "$uptime" -ge 0 ] || uptime=0
}

read_ledger_or_say() {
    read_ledger
    if [ -n "$elsewhere" ]; then say 'cannot see its jobs from here'; return; fi
    [ -z "$visible" ] && [ -n "$ledgers" ] || return 0
    say "cannot see its jobs: no readable lock file of pid $pid in $ledgers"
    as_root || hint 'Try: sudo workerd status'
}

# One line, running as $1 says.
print_json() {
    if [ "$1" = false ]; then
        put '{"running":false,"pid":null,"uptime_ms":null,"draining":false,"busy":[]}'
        return
    fi
    jobs=''
    while read -r id name attempt elapsed; do
        [ -z "$id" ] || jobs="$jobs,{\"id\":$id,\"name\":\"$name\",\"attempt\":$attempt,\"elapsed_ms\":$elapsed}"
    done <<EOF
$busy
EOF
    places=''
    while IFS= read -r line; do
        case $line in '{'*) places="$places,$line" ;; esac
    done <<EOF
$http
EOF
    [ -z "$places" ] || places=",\"http\":[${places#,}]"
    put "{\"running\":true,\"pid\":$pid,\"uptime_ms\":$uptime,\"draining\":$draining,\"busy\":[${jobs#,}]$places}"
}

print_status() {
    case $is in
        stopped) put 'workerd is not running' ;;
        dead) put "workerd is not running, but its pidfile $pidfile exists" ;;
        starting) put 'workerd is starting' ;;
        running) print_running ;;
    esac
}

print_running() {
    lines='' count=0
    while read -r id name attempt elapsed; do
        [ -n "$id" ] || continue
        set_span "$elapsed"
        count=$((count + 1)) lines="$lines$nl  $id $name attempt $attempt, $span"
    done <<EOF
$busy
EOF
    set_span "$uptime"
    if [ -n "$elsewhere" ]; then text="workerd is running in another PID namespace (pid $pid there, up $span)"
    elif [ "$inner" != "$pid" ]; then text="workerd is running (pid $pid, $inner in its own PID namespace, up $span)"
    else text="workerd is running (pid $pid, up $span)"
    fi
    [ "$draining" = false ] || text="$text, draining"
    case $visible$count in
        10) text="$text, no jobs running" ;;
        11) text="$text, 1 job running" ;;
        1*) text="$text, $count jobs running" ;;
    esac
    case $died in
        0) ;;
        1) lines="$lines${nl}1 job has died since it started: workerd list --state dead" ;;
        *) lines="$lines$nl$died jobs have died since it started: workerd list --state dead" ;;
    esac
    while IFS= read -r line; do
        case $line in '' | '{'*) ;; *) lines="$lines$nl  $line" ;; esac
    done <<EOF
$http
EOF
    put "$text$lines"
}
