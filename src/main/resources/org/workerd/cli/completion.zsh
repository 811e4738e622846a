#compdef workerd
# Completion of workerd's commands, options and values for zsh. Load it, after compinit, with
#   . <(workerd completion zsh)
# or once for all: workerd completion zsh >DIR/_workerd, where DIR is in $fpath before compinit runs.
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
    local program=${words[1]/#\~/$HOME} match mbegin mend MATCH MBEGIN MEND
    file=${1/#\~/$HOME}
    file=${file:-${WORKERD_CONFIG-}}
    [[ -n $file || $program != */* || ! -f ${program%/*}/workerd.toml ]] || file=${program%/*}/workerd.toml
    [[ -n $file || ! -e /etc/workerd/workerd.toml ]] || file=/etc/workerd/workerd.toml
    [[ -n $file || $EUID == 0 ]] || file=$home/workerd.toml
    dir='' queues=(default) jobs=() schedules=()
    for part in "$file" "${file%"${file##*/}"}"conf.d/*.toml(N); do
        [[ -f $part && -r $part ]] || continue
        table=''
        while IFS= read -r line || [[ -n $line ]]; do
            if [[ $line =~ '^[[:space:]]*\[[[:space:]]*([^]]*)\]' ]]; then
                table=${match[1]//[[:space:]]/}
                if [[ $table =~ '^(queues|jobs|cron)\.["'\'']?([A-Za-z0-9._-]+)' ]]; then
                    case ${match[1]} in
                        queues) queues+=(${match[2]}) ;;
                        jobs) jobs+=(${match[2]}) ;;
                        cron) schedules+=(${match[2]}) ;;
                    esac
                fi
            elif [[ $table == cron.* && $line =~ '^[[:space:]]*queue[[:space:]]*=[[:space:]]*["'\'']([A-Za-z0-9._-]+)' ]]; then
                queues+=(${match[1]})
            elif [[ $table == handlers && $line =~ '^[[:space:]]*dir[[:space:]]*=[[:space:]]*["'\'']([^"'\'']*)["'\'']' ]]; then
                dir=${match[1]}
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

# Sets reply to the words that are of kind $1; $2 is the configuration that was given, or ''.
_workerd_words() {
    local dir handler
    local -aU queues jobs schedules
    reply=()
    case $1 in
        states) reply=(@STATES@) ;;
        shells) reply=(@SHELLS@) ;;
        queues)
            _workerd_settings "$2"
            reply=($queues)
            ;;
        schedules)
            _workerd_settings "$2"
            reply=($schedules)
            ;;
        keys) reply=(@KEYS@) ;;
        handlers) # of those in Java, which are in no file of their own, the ones that the configuration names
            _workerd_settings "$2"
            reply=($jobs)
            for handler in "$dir"/*(N); do
                # Of the others the daemon runs none.
                if [[ ${handler##*/} =~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' && -f $handler && -x $handler ]]; then
                    reply+=("${handler##*/}")
                fi
            done
            ;;
        *' '*) reply=(${(s: :)1}) ;;
    esac
}

_workerd() {
    emulate -L zsh
    local cur=${words[CURRENT]} command='' option='' config='' ended='' kind word REPLY
    local -aU reply
    local -a names texts
    integer i count=0
    for ((i = 2; i < CURRENT; i++)); do
        word=${words[i]}
        if [[ -n $option ]]; then
            [[ $option != (-c|--config) ]] || config=$word
            option=''
        elif [[ -n $ended ]]; then
            ((++count))
        elif [[ $word == -- ]]; then
            ended=1
        elif [[ $word == --*=* ]]; then
            [[ $word != --config=* ]] || config=${word#*=}
        elif [[ $word == -* ]]; then
            _workerd_option_value "$word"
            option=${REPLY:+$word}
        elif [[ -z $command ]]; then
            command=$word
        elif [[ " @GROUPS@ " == *" $command "* ]]; then
            command+=.$word
        else
            ((++count))
        fi
    done
    if [[ -n $option ]]; then
        _workerd_option_value "$option"
        kind=$REPLY
    elif [[ $cur == --*=* && -z $ended ]]; then
        compset -P '*='
        _workerd_option_value "${cur%%=*}"
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
        files)
            _files
            return
            ;;
        commands)
            reply=(
@DESCRIBED@
            )
            for word in $reply; do
                names+=("${word%%:*}")
                texts+=("${(r:12:)${word%%:*}}${word#*:}")
            done
            compadd -l -d texts -a names
            return
            ;;
        states) compset -P '*,' ;;
    esac
    _workerd_words "$kind" "$config"
    compadd -- $reply
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _workerd "$@"
else
    compdef _workerd workerd
fi
