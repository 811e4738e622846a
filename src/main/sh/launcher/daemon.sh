# ---- the daemon ---------------------------------------------------------------------------------

# Sets clock to the time since boot in 1/100 s: no fork, and nobody can turn it back.
tick() {
    read -r clock _ </proc/uptime
    clock=$((${clock%.*} * 100 + 1${clock#*.} - 100))
}

# Looks at the pidfile and tries its lock. Sets is: running (pid, inner: its number in its own PID namespace;
# or, where no process here is known to hold the lock, elsewhere) · starting (holder) · dead (only the file is
# there) · stopped · unknown (why).
look() {
    is=unknown pid='' inner='' holder='' elsewhere=''
    if ! facts=$(LC_ALL=C stat -c '%f %i %u %Y' -- "$pidfile" 2>&1); then
        why="cannot check the pidfile: ${facts#stat: }"
        case $facts in *': No such file or directory') is=stopped ;; esac
        return 0
    fi
    # shellcheck disable=SC2086 # four words
    set -- $facts
    case $1 in 8???) ;; *) why="$pidfile is not a regular file"; return 0 ;; esac
    inode=$2 owner=$3 written=$4
    looks=1
    try_lock
    # The kernel hands the list of locks out in pieces, and an entry may slip from one to the next meanwhile.
    while [ "$held" = yes ] && [ -z "$holder" ] && [ "$looks" -lt 4 ]; do
        sleep 0.02
        try_lock
        looks=$((looks + 1))
    done
    case $held in
        no)
            is=dead
            [ -e "$pidfile" ] || is=stopped # it went while we looked
            ;;
        yes) judge_holder ;;
        *) why="cannot read $pidfile" ;;
    esac
}

# Sets held: yes, no, or unknown when the file cannot be opened; and if held, text to the pid that stands in the
# file and holder to that of the process here that has the lock, to text if it is among them. The lock is tried
# itself, shared and for a millisecond: /proc/locks shows nothing of another PID namespace. In a process with a
# time limit, for a name that became a FIFO must not hold us up.
try_lock() {
    text='' holder='' held=unknown
    found=$(timeout 5 sh -c "$trial" sh "$pidfile" "$inode" 2>/dev/null)
    case $? in 0) held=no; return ;; 1) held=yes ;; *) return ;; esac
    text=${found#*"$nl"} holder=${found%%"$nl"*}
    case $text in [!1-9]* | ?*[!0-9]* | ???????????*) text='' ;; esac
}

# The device of the lock is that of the mount: stat has another name for it on btrfs and overlayfs.
# shellcheck disable=SC2016 # of another shell
trial='
    exec 9<"$1"
    flock -n -s 9
    case $? in 0) exit 0 ;; 1) ;; *) exit 2 ;; esac
    awk -v inode="$2" '\''
        BEGIN {
            getline text <"/proc/self/fd/9"
            while ((getline line <"/proc/self/fdinfo/9") > 0)
                if (split(line, word, /[ \t]+/) && word[1] == "mnt_id:") mount = word[2]
            while ((getline line <"/proc/self/mountinfo") > 0)
                if (split(line, word, " ") && word[1] == mount && split(word[3], at, ":"))
                    device = sprintf("%02x:%02x", at[1], at[2])
            while ((getline line <"/proc/locks") > 0) {
                split(line, word, " ")
                if (word[2] != "FLOCK" || word[4] != "WRITE") continue
                split(word[6], at, ":")
                if (at[3] "" != inode "" || (device != "" && at[1] ":" at[2] != device)) continue
                holder = word[5]
                if (holder "" == text "") break
            }
            print holder
            print substr(text, 1, 32)
        }'\''
    exit 1
'

# Sets is, now that the lock is held: by the daemon that the file names, by one that starts, or by a stranger, whose
# lock is no daemon's.
judge_holder() {
    pid=$text
    if [ -z "$holder" ]; then
        is=starting
        [ -z "$pid" ] || is=running elsewhere=1
        return
    fi
    if ! examine_holder; then
        is=dead
        # Where /proc hides the processes of others (hidepid), the lock must do.
        [ -e /proc/1 ] || [ "$holder" != "$pid" ] || is=running inner=$pid
    elif [ "$uid" != 0 ] && [ "$uid" != "$owner" ]; then
        is=dead
    elif [ "$holder" != "$pid" ] && [ "$innermost" != "$pid" ]; then
        is=starting
    elif [ -n "$dying" ]; then
        is=dead
    elif [ "$name" != workerd ] || [ "$uid" != "$owner" ]; then
        why="process $holder holds the lock on $pidfile, but is not the workerd that made it: it is called $name"
    else
        is=running inner=$pid pid=$holder
    fi
}

# examine, of the lock's holder. In the midst of a restart in place a daemon is called java for a moment.
examine_holder() {
    java_looks=200
    while examine "$holder"; do
        [ "$name" = java ] && [ "$holder" = "$pid" ] && [ "$java_looks" -gt 0 ] || return 0
        sleep 0.05
        java_looks=$((java_looks - 1))
    done
    return 1
}

# Sets name, uid, innermost (the pid in its own namespace) and dying of the process $1. False: there is none, or
# none that we see. One that was sent KILL, or is on its way out, still holds its locks for some milliseconds, and
# whoever starts a daemon then must not take it for one that runs.
examine() {
    name='' uid='' innermost='' dying=''
    while read -r part rest; do
        case $part in
            Name:) name=$rest ;;
            Uid:) uid=${rest%%[!0-9]*} ;;
            NSpid:) innermost=${rest##*[!0-9]} ;;
            State:) case $rest in [ZX]*) dying=1 ;; esac ;;
            SigPnd: | ShdPnd:) case $rest in *[13579bdf]??) dying=1 ;; esac ;;
        esac
    done 2>/dev/null <"/proc/$1/status"
    [ -n "$uid" ] || return 1
    read_process "$1" || { dying=1; return 0; }
    [ $((flags & 4)) -eq 0 ] || dying=1 # PF_EXITING
}

# look, but a daemon that is just starting gets 5 s to write its pid.
find_daemon() {
    look
    tick
    patience=$((clock + 500))
    while [ "$is" = starting ] && [ "$clock" -lt "$patience" ]; do
        sleep 0.05
        look
        tick
    done
}

# Sets condition, flags and born of the process $1 from /proc; its name may hold anything, even newlines.
read_process() {
    line=''
    while IFS= read -r part; do line=$part; done 2>/dev/null <"/proc/$1/stat"
    [ -n "$line" ] || return 1
    # shellcheck disable=SC2086 # words
    set -- ${line##*) }
    condition=$1 flags=$7 born=${20}
}

# True when the daemon that was found is gone: the process ended and the lock is free.
gone() {
    if read_process "$pid"; then
        case $condition in Z | X) ;; *) [ "$born" != "$birth" ] || return 1 ;; esac
    fi
    try_lock
    [ "$held" != yes ] || [ "$holder" != "$pid" ]
}

# Sets span to $1 milliseconds in two units at most.
set_span() {
    span=$(($1 / 1000))
    if [ "$span" -lt 60 ]; then span=${span}s
    elif [ "$span" -lt 3600 ]; then span="$((span / 60))m $((span % 60))s"
    elif [ "$span" -lt 86400 ]; then span="$((span / 3600))h $((span % 3600 / 60))m"
    else span="$((span / 86400))d $((span % 86400 / 3600))h"
    fi
}

# Sends signal $1 to the daemon that look confirmed, and to nobody else: it is looked at again, right before.
send() {
    if examine "$pid"; then
        if [ "$name" != workerd ] || [ "$uid" != "$owner" ] || [ "$born" != "${birth:=$born}" ]; then
            return 0 # it went first
        fi
    elif [ -e /proc/1 ]; then
        return 0
    fi
    kill -s "$1" "$pid" 2>/dev/null && return
    [ -e "/proc/$pid" ] || [ ! -e /proc/1 ] || return 0
    say "cannot $command workerd (pid $pid): not permitted"
    hint "Try: sudo workerd $command"
    exit 4
}

# Ends a command that would signal, when it is not clear whom, or he cannot be reached.
refuse_to_signal() {
    if [ -n "$elsewhere" ]; then
        say "cannot $command: workerd runs in another PID namespace (pid $pid there); no process was signalled"
        hint "Try: workerd $command in its container, or on the host"
    elif [ "$is" = starting ]; then
        say "cannot $command: ${holder:+process }${holder:-a process of another PID namespace} holds the lock on $pidfile," \
            'which does not name it; no process was signalled'
        [ -z "$holder" ] || hint "Try: ps -fp $holder"
    else
        say "cannot $command: $why; no process was signalled"
        hint 'Try: workerd doctor'
    fi
    exit 1
}
