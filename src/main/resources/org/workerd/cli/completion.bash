# Completion of workerd's commands, options and values for bash. Load it with
#   . <(workerd completion bash)
# or once for all: workerd completion bash >~/.local/share/bash-completion/completions/workerd
# Reads files only: no program is started by a press of the Tab key.

# Sets REPLY to the options of command $1.
_workerd_options() {
    case $1 in
@OPTIONS@
    esac
}

# Sets REPLY to what the value of option $1 is, '' when it takes none.
_workerd_option_value() {
    case $1 in
@VALUES@
        *) REPLY='' ;;
    esac
}

# Sets REPLY to what argument number $2 of command $1 is.
_workerd_argument() {
    case $1.$2 in
@ARGUMENTS@
        *) REPLY=none ;;
    esac
}

# Sets dir, queues, jobs and schedules from the configuration that holds for these words; $1 was given with -c, or ''.
_workerd_settings() {
    local file part line table home=${XDG_CONFIG_HOME:-$HOME/.config}/workerd
    local program=${COMP_WORDS[0]/#\~/$HOME}
    file=${1/#\~/$HOME}
    file=${file:-${WORKERD_CONFIG-}}
    [[ -n $file || $program != */* || ! -f ${program%/*}/workerd.toml ]] || file=${program%/*}/workerd.toml
    [[ -n $file || ! -e /etc/workerd/workerd.toml ]] || file=/etc/workerd/workerd.toml
    [[ -n $file || $EUID == 0 ]] || file=$home/workerd.toml
    dir='' queues=default jobs='' schedules=''
    for part in "$file" "${file%"${file##*/}"}"conf.d/*.toml; do
        [[ -f $part && -r $part ]] || continue
        table=''
        while IFS= read -r line || [[ -n $line ]]; do
            if [[ $line =~ ^[[:space:]]*\[[[:space:]]*([^]]*)\] ]]; then
                table=${BASH_REMATCH[1]//[[:space:]]/}
                if [[ $table =~ ^(queues|jobs|cron)\.[\"\']?([A-Za-z0-9._-]+) ]]; then
                    case ${BASH_REMATCH[1]} in
                        queues) queues+=" ${BASH_REMATCH[2]}" ;;
                        jobs) jobs+=" ${BASH_REMATCH[2]}" ;;
                        cron) schedules+=" ${BASH_REMATCH[2]}" ;;
                    esac
                fi
            elif [[ $table == cron.* && $line =~ ^[[:space:]]*queue[[:space:]]*=[[:space:]]*[\"\']([A-Za-z0-9._-]+) ]]; then
                queues+=" ${BASH_REMATCH[1]}"
            elif [[ $table == handlers && $line =~ ^[[:space:]]*dir[[:space:]]*=[[:space:]]*[\"\']([^\"\']*)[\"\'] ]]; then
                dir=${BASH_REMATCH[1]}
                [[ $dir == /* ]] || dir=${file%"${file##*/}"}$dir
            fi
        done <"$part"
    done
    dir=${WORKERD_HANDLERS__DIR:-$dir}
    if [[ -z $dir ]]; then
        dir=$home/handlers
        [[ $EUID != 0 && $file != /etc/workerd/workerd.toml ]] || dir=/etc/workerd/handlers
    fi
}

# Sets REPLY to the words that are of kind $1; $2 is the configuration that was given, or ''.
_workerd_words() {
    local dir queues jobs schedules handler
    REPLY=''
    case $1 in
        commands) REPLY='@COMMANDS@' ;;
        states) REPLY='@STATES@' ;;
        shells) REPLY='@SHELLS@' ;;
        queues)
            _workerd_settings "$2"
            REPLY=$queues
            ;;
        schedules)
            _workerd_settings "$2"
            REPLY=$schedules
            ;;
        keys) REPLY='@KEYS@' ;;
        handlers) # of those in Java, which are in no file of their own, the ones that the configuration names
            _workerd_settings "$2"
            REPLY=$jobs
            for handler in "$dir"/*; do
                # Of the others the daemon runs none, and compgen would run what their names say.
                if [[ ${handler##*/} =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && -f $handler && -x $handler ]]; then
                    REPLY+=" ${handler##*/}"
                fi
            done
            ;;
        *' '*) REPLY=$1 ;;
    esac
}

_workerd() {
    local cur=${COMP_WORDS[COMP_CWORD]} command='' option='' config='' ended='' count=0 prefix='' kind word i REPLY
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = ]]; then
            continue # bash makes three words of --state=dead
        elif [[ -n $option ]]; then
            if [[ $option == -c || $option == --config ]]; then config=$word; fi
            option=''
        elif [[ -n $ended ]]; then
            count=$((count + 1))
        elif [[ $word == -- ]]; then
            ended=1
        elif [[ $word == -* ]]; then
            _workerd_option_value "$word"
            option=${REPLY:+$word}
        elif [[ -z $command ]]; then
            command=$word
        elif [[ " @GROUPS@ " == *" $command "* ]]; then
            command+=.$word
        else
            count=$((count + 1))
        fi
    done
    COMPREPLY=()
    if [[ $cur == = ]]; then cur=''; fi
    if [[ -n $option ]]; then
        _workerd_option_value "$option"
        kind=$REPLY
    elif [[ $cur == -* && -z $ended ]]; then
        _workerd_options "$command"
        kind="$REPLY "
    elif [[ -z $command ]]; then
        kind=commands
    else
        _workerd_argument "$command" "$count"
        kind=$REPLY
    fi
    case $kind in
        files) return ;; # bash's own
        states)
            prefix=${cur%"${cur##*,}"}
            cur=${cur##*,}
            ;;
    esac
    _workerd_words "$kind" "$config"
    while IFS= read -r word; do
        if [[ " ${COMPREPLY[*]-} " != *" $prefix$word "* ]]; then COMPREPLY+=("$prefix$word"); fi
    done < <(compgen -W "$REPLY" -- "$cur")
    compopt +o default 2>/dev/null || :
}

complete -o default -F _workerd workerd
