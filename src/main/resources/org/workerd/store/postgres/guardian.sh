# Keeps the daemon's connection to the server, as descriptor 3. The arguments: the daemon's ledger, and the directory
# whose paths are the mark of its attempts. Input: words of the daemon's, a line each; when it ends, the daemon is dead.

ledger=$1 mark=$2 session='' watch=''

# Of a line of the ledger. Fails where it tells of no program.
parse() {
    pid='' start=''
    for word in $1; do
        case $word in
            sid=*) session=${word#sid=} ;;
            pid=*) pid=${word#pid=} ;;
            start=*) start=${word#start=} ;;
        esac
    done
    case $1 in workerd\ *) return 1 ;; esac
    case $pid in '' | 0 | *[!0-9]*) return 1 ;; esac
}

# Sends it to the programs of the ledger and their groups, while the daemon has not waited for their ends.
signal_programs() {
    while read -r line; do
        parse "$line" && read -r text <"/proc/$pid/stat" || continue
        # After the name: state, parent, group, session; the start is the twentieth.
        set -- "$1" ${text##*) }
        [ "$5" = "$session" ] && [ "${21}" -ge "$start" ] && kill -s "$1" -- "-$pid"
    done <"$ledger"
} 2>/dev/null

# Whether neither side has closed the connection with this inode.
is_connected() {
    cat /proc/self/net/tcp /proc/self/net/tcp6 2>/dev/null |
        awk -v inode="$1" '$4 == "01" && $10 == inode { found = 1 } END { exit !found }'
}

# Of the time that the machine is up.
hundredths() {
    read -r now rest </proc/uptime
    now=${now%.*}${now#*.}
}

# While another version of the daemon is executed nobody else sees that the server ends the connection, or has not been
# heard of for too long: in so many hundredths of a second. For either the programs are stopped. To be run by a shell of
# its own; exits with 1 when they were.
cover() {
    socket=$(readlink "/proc/$$/fd/3") stopped=0
    exec 3<&-
    trap 'exit $stopped' TERM
    inode=${socket#*'['}
    inode=${inode%']'}
    hundredths
    until=$((now + $1))
    while [ -d "/proc/$$" ]; do
        hundredths
        if [ "$stopped" = 0 ] && { [ "$now" -ge "$until" ] || ! is_connected "$inode"; }; then
            stopped=1
            signal_programs STOP
        fi
        sleep 0.1
    done
    [ "$stopped" = 0 ] || signal_programs CONT
}

uncover() {
    [ -n "$watch" ] || return 0
    kill "$watch"
    wait "$watch"
    # 143: it was told to end before it could stop any. Whatever else ended it, it may have stopped them.
    case $? in 0 | 143) ;; *) signal_programs CONT ;; esac
    watch=''
}

while read -r word left; do
    case $word in
        cover) cover "$left" & watch=$! ;;
        uncover) uncover ;;
        over)
            uncover
            exit 0
            ;;
    esac
done

# Ends the groups of its attempts, which began when or after the ledger says, with nothing but the shell itself, for
# there may be no room for more processes; then what left its group, by the mark in its environment. Looks again until
# nothing is left, however long that takes. A shell reads a file byte by byte, so it reads what is in /proc once for all
# attempts.
[ -z "$watch" ] || kill -KILL "$watch"
# What stood still goes on now, for the kernel does not leave it so without a parent: it is ended before the long look.
signal_programs KILL
round=0
while :; do
    begun=' '
    while read -r line; do
        ! parse "$line" || begun="$begun$pid:$start "
    done <"$ledger"
    left=''
    for stat in /proc/[0-9]*/stat; do
        read -r text <"$stat" || continue
        process=${stat#/proc/} process=${process%/stat}
        # After the name: state, parent, group, session; the start is the twentieth.
        set -- ${text##*) }
        case $begun in *" $3:"*) ;; *) continue ;; esac
        since=${begun#*" $3:"} since=${since%% *}
        if [ "$4" = "$session" ] && [ "${20}" -ge "$since" ] && [ "$1" != Z ]; then
            kill -KILL "$process" && left=1
        fi
    done
    if [ -z "$left" ]; then
        for process in $(grep -lsz "^WORKERD_RESULT=$mark" /proc/[0-9]*/environ); do
            process=${process#/proc/}
            kill -KILL "${process%/environ}" && left=1
        done
    fi
    [ -n "$left" ] || exit 0
    round=$((round + 1))
    [ "$round" -lt 100 ] || sleep 1
done 2>/dev/null
