# ---- main ---------------------------------------------------------------------------------------

parse "$@"
# Who reads what we say and went away is no reason to stop half way.
trap '' PIPE
need_proc
leave_removed_directory "$@"
[ -n "${HOME:-}" ] || find_home
case $command in
    status)
        # Only the queue knows of the others.
        case "$used " in *' --all '*) run_java "$@" ;; esac
        check_usage '--json -q --pidfile'
        ;;
    stop) check_usage '--now --timeout --kill' ;;
    restart) check_usage '--now --timeout --drain --in-place' ;;
    reload) check_usage '' ;;
    start) [ -z "$used$strange$extra$wanted" ] || run_java "$@" ;;
    archive) make_archive "$@"; exit ;;
    *) run_java "$@" ;;
esac
need_tools
find_config
read_config
case $command in
    start) [ -n "${WORKERD_DAEMON__PIDFILE:-}$clear" ] || start_daemon "$@" ;;
esac
find_pidfile
case $command in
    status) status ;;
    stop) stop ;;
    reload) reload ;;
    restart) restart ;;
    start)
        look
        [ "$is" = running ] || start_daemon "$@"
        read_ledger
        if [ "$draining" = true ]; then
            say "cannot start: workerd (pid $pid) was told to stop, and exits when its jobs have finished"
            hint 'Try: workerd restart'
            exit 1
        fi
        if [ -n "$elsewhere" ]; then hint "workerd is already running in another PID namespace (pid $pid there)"
        else hint "workerd is already running (pid $pid)"
        fi
        ;;
esac
