# ---- arguments ----------------------------------------------------------------------------------

# Reads the arguments and leaves them alone: Java may need them. Stops at a command that is Java's.
parse() {
    for arg; do
        case $wanted in
            -c | --config) config=$arg wanted=''; continue ;;
            --timeout) timeout=$arg wanted=''; continue ;;
        esac
        case $arg in
            -c | --config) wanted=$arg given=1 ;;
            --config=*) config=${arg#*=} given=1 ;;
            -c?*) config=${arg#-c} config=${config#=} given=1 ;;
            --timeout) wanted=$arg used="$used --timeout" ;;
            --timeout=*) timeout=${arg#*=} used="$used --timeout" ;;
            --json) json=1 used="$used --json" ;;
            -q) quiet=1 used="$used -q" ;;
            --now) now=1 used="$used --now" ;;
            --kill) kill=1 used="$used --kill" ;; # for the init script and the package
            --drain) drain=1 used="$used --drain" ;;
            --in-place) in_place=1 used="$used --in-place" ;; # for the init script and the package
            --all) used="$used --all" ;;
            --pidfile) print_pidfile=1 used="$used --pidfile" ;;
            --debug) ;;
            -h | --help | -V | --version) command=''; return ;;
            -*) strange=${strange:-$arg} ;;
            *)
                case $command in '') command=$arg ;; *) extra=${extra:-$arg} ;; esac
                case $command in status | stop | reload | restart | start) ;; *) return ;; esac
                ;;
        esac
    done
}

# Exits 2 unless every option belongs to the command; $1 lists those that do.
check_usage() {
    [ -z "$strange" ] || usage "unknown option: $strange"
    [ -z "$extra" ] || usage "$command takes no arguments, found \"$extra\""
    [ -z "$wanted" ] || usage "$wanted needs a value"
    [ -z "$given" ] || [ -n "$config" ] || usage '--config needs a value'
    for option in $used; do
        case " $1 " in *" $option "*) ;; *) usage "$command has no option $option" ;; esac
    done
    case " $used " in *' --timeout '*) set_limit ;; esac
}

# The timeout in 1/100 s, the unit of /proc/uptime: 30s, or several units, the longest first, 1h30m.
set_limit() {
    limit=0 rest=$timeout units=' d h m s ms '
    while
        number=${rest%%[!0-9]*}
        rest=${rest#"$number"}
        unit=${rest%%[0-9]*}
        rest=${rest#"$unit"}
        [ "${#number}" -le 12 ] || unit=''
        while [ "${number#0?}" != "$number" ]; do number=${number#0}; done # 08 is no octal
        case ${#number}$units in [1-9]*" $unit "*) ;; *) unit='' ;; esac
        case $unit in
            ms) limit=$((limit + number / 10)) ;;
            s) limit=$((limit + number * 100)) ;;
            m) limit=$((limit + number * 6000)) ;;
            h) limit=$((limit + number * 360000)) ;;
            d) limit=$((limit + number * 8640000)) ;;
            *) usage "--timeout: expected a duration like 500ms, 30s, 10m, 2h, 7d or 1h30m, found \"$timeout\"" ;;
        esac
        units=" ${units#*" $unit "}"
        [ -n "$rest" ]
    do :; done
    [ "$limit" -le 315576000000 ] || usage "--timeout: a duration is at most 36525d, was \"$timeout\""
}
