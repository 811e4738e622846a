# ---- the surroundings ---------------------------------------------------------------------------

# Nobody can be told from another without /proc, neither here nor by the daemon.
need_proc() {
    [ ! -r /proc/self/stat ] || return 0
    say 'cannot find processes: /proc is not mounted'
    hint 'Try: mount -t proc proc /proc'
    [ "$command" != status ] || exit 4
    exit 1
}

# What a command that is answered here cannot do without.
need_tools() {
    for tool in awk date flock getconf id sleep stat timeout; do
        command -v "$tool" >/dev/null || {
            say "cannot run $command: the program $tool is not installed, or not in PATH ($PATH)"
            give_up 1
        }
    done
}

# Leaves a directory that was removed while we stand in it: Java cannot start there. What the arguments name
# relative to it cannot be found any more.
leave_removed_directory() {
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    [ ! . -ef "${PWD:-/none}" ] || return 0
    case $(readlink /proc/self/cwd) in *' (deleted)' | '(unreachable)'*) ;; *) return 0 ;; esac
    wants=''
    for arg; do
        case $wants in
            path) refuse_relative "$arg" ;;
            payload) case $arg in @*) refuse_relative "${arg#@}" ;; esac ;;
        esac
        case $wants in ?*) wants=''; continue ;; esac
        case $arg in
            --) break ;;
            -c | --config | --batch) wants=path ;;
            --payload) wants=payload ;;
            --config=* | --batch=*) refuse_relative "${arg#*=}" ;;
            --payload=@*) refuse_relative "${arg#*=@}" ;;
            -c?*) arg=${arg#-c}; refuse_relative "${arg#=}" ;;
            -*) ;;
            import) [ "$command" != cron ] || wants=path ;;
            *) case $command in archive | backup | init) [ "$arg" = "$command" ] || refuse_relative "$arg" ;; esac ;;
        esac
    done
    [ -n "$given" ] || refuse_relative "${WORKERD_CONFIG:-/}"
    cd /
}

# Where no HOME is set, that of the user's entry, if he has one.
find_home() {
    entry=$(getent passwd "$(id -u)" 2>/dev/null) || return 0
    entry=${entry%:*}
    export HOME="${entry##*:}"
}

refuse_relative() {
    case $1 in /* | -) return 0 ;; esac
    say "cannot find $1: the current directory was removed; use an absolute path"
    give_up 2
}
