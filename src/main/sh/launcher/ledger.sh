# ---- what the daemon runs ----------------------------------------------------------------------

# Sets busy (lines: id name attempt elapsed_ms), draining, died (how many jobs have, since it began), phase, image
# and requests of restarts in place ('' of a version that knows none), ledger, and visible ('' when there is no ledger to
# be read). A line that is being written does not parse and is left out.
read_ledger() {
    busy='' draining=false visible='' http='' died=0 phase='' image='' requests='' ledger=''
    [ -z "$elsewhere" ] || return 0
    find_ledgers
    [ -n "$ledgers" ] || return 0
    set --
    for part in "$ledgers"/*.lock; do
        if [ -f "$part" ] && [ ! -L "$part" ] && [ -r "$part" ]; then set -- "$@" "$part"; fi
    done
    [ $# -gt 0 ] || return 0
    found=$(stat -c '%i %n' -- "$@" 2>/dev/null | awk -v holder="$pid" -v pid="$inner" -v now="$(date +%s%3N)" '
        function value(field) { return substr($field, index($field, "=") + 1) }
        FILENAME == "/proc/locks" { if ($2 == "FLOCK" && $5 "" == holder "") { split($6, at, ":"); held[at[3]] = 1 } next }
        {
            if (!($1 in held)) next
            ledger = substr($0, index($0, " ") + 1)
            if ((getline < ledger) <= 0 || $1 != "workerd" || $2 != "pid=" pid) next
            print ($0 ~ / state=draining *$/ ? "true" : "false")
            print (match($0, / died=[0-9]+ /) ? substr($0, RSTART + 6, RLENGTH - 7) : 0)
            for (i = 1; i <= NF; i++) if ($i ~ /^(state|image|requests)=[a-z0-9-]+$/) words = words " " $i
            print words
            print ledger
            while ((getline < ledger) > 0)
                if ($0 ~ /^slot=[0-9]+ job=[0-9]+ attempt=[0-9]+ name=[A-Za-z0-9][A-Za-z0-9._-]* since=[0-9]+( |$)/)
                    printf "%s %s %s %d\n", value(2), value(4), value(3), (now > value(5) ? now - value(5) : 0)
            listens = ledger
            sub(/lock$/, "http", listens)
            while ((getline line < listens) > 0) text = text "\n" line
            if (text != "") print "http" text
            exit
        }' /proc/locks -)
    [ -n "$found" ] || return 0
    visible=1 draining=${found%%"$nl"*} found=${found#*"$nl"}
    died=${found%%"$nl"*} found=${found#*"$nl"}
    for part in ${found%%"$nl"*}; do
        case $part in
            state=*) phase=${part#*=} ;;
            image=*) image=${part#*=} ;;
            requests=*) requests=${part#*=} ;;
        esac
    done
    found=${found#*"$nl"}
    ledger=${found%%"$nl"*}
    case $found in *"$nl"*) busy=$nl${found#*"$nl"} ;; esac
    case $busy in *"${nl}http$nl"*) http=${busy#*"${nl}http$nl"} busy=${busy%%"${nl}http$nl"*} ;; esac
    busy=${busy#"$nl"}
}
