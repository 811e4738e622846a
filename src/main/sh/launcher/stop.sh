# ---- stop ----------------------------------------------------------------------------------------

# Returns 0 when nothing runs any more.
stop() {
    find_daemon
    case $is$elsewhere in
        running) ;;
        stopped | dead) hint 'workerd is not running'; return 0 ;;
        *) refuse_to_signal ;;
    esac
    birth='' # where /proc hides it, the lock tells
    ! read_process "$pid" || birth=$born
    tick
    begun=$clock next_look=$((clock + 100)) told='' next_word=0 next_term=$((clock + 100)) terms=1
    # A second TERM ends the jobs: not for one who only asks again whether they have ended.
    await_handover
    sent_to=$image
    if [ -n "$kill" ]; then
        say "killing workerd (pid $pid)"
        send KILL
    elif [ "$draining" = false ]; then
        send TERM
    fi
    until gone; do
        tick
        [ -z "$limit" ] || [ $((clock - begun)) -lt "$limit" ] || still_running
        [ -z "$now" ] || press
        [ "$clock" -lt "$next_look" ] || { tell; repeat; }
        case $((clock - begun)) in ? | 1?) sleep 0.02 ;; ??) sleep 0.05 ;; *) sleep 0.2 ;; esac
    done
    hint 'workerd stopped'
}

# read_ledger, once no restart in place is under way: in the midst of one a signal may be lost. It takes half a second.
await_handover() {
    read_ledger
    tick
    patience=$((clock + 500))
    while [ "$phase" = handing-over ] && [ "$clock" -lt "$patience" ]; do
        sleep 0.05
        read_ledger
        tick
    done
}

# Sends TERM again if the daemon has restarted in place since, and knows nothing of it.
repeat() {
    [ "$draining" = false ] && [ -n "$image" ] && [ "$image" != "$sent_to" ] && [ "$phase" = running ] || return 0
    sent_to=$image
    [ -n "$kill" ] || send TERM
}

# stop --now: the second TERM, once the first one was seen (two that arrive together count as
# one), and again each second.
press() {
    if [ "$terms" -eq 1 ]; then
        read_ledger
        [ "$draining" = false ] || next_term=$clock
    fi
    [ "$clock" -ge "$next_term" ] || return 0
    send TERM
    terms=$((terms + 1)) next_term=$((clock + 100))
}

# Says what stop waits for: when it changes, and every 10 s.
tell() {
    next_look=$((clock + 100))
    describe
    [ "$ids" != "$told" ] || [ "$clock" -ge "$next_word" ] || return 0
    say "waiting for $jobs …"
    told=$ids next_word=$((clock + 1000))
}

# Sets jobs to words for what runs and ids to its identity.
describe() {
    read_ledger
    jobs='' ids=' '
    while read -r id name attempt elapsed; do
        [ -n "$id" ] || continue
        set_span "$elapsed"
        jobs="$jobs, job $id ($name, attempt $attempt, $span)" ids="$ids$id/$attempt "
    done <<EOF
$busy
EOF
    jobs=${jobs#, }
    jobs=${jobs:-workerd (pid $pid) to end}
}

still_running() {
    describe
    say "still running after $timeout: $jobs"
    hint 'It claims no more jobs, and exits when these have finished. To interrupt them: workerd stop --now'
    exit 75
}
