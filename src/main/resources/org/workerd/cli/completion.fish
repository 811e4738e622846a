# Completion of workerd's commands, options and values for fish. Load it with
#   workerd completion fish | source
# or once for all: workerd completion fish >~/.config/fish/completions/workerd.fish
# Reads files only: no program is started by a press of the Tab key.

# The options of command $argv[1].
function __workerd_options
    switch "$argv[1]"
@OPTIONS@
    end
end

# What the value of option $argv[1] is; nothing when it takes none.
function __workerd_option_value
    switch "$argv[1]"
@VALUES@
    end
end

# What argument number $argv[2] of command $argv[1] is.
function __workerd_argument
    switch "$argv[1].$argv[2]"
@ARGUMENTS@
        case '*'
            echo none
    end
end

# Lines like 'queues bulk', from the configuration that holds for the command line: that of $argv[2], which was given with
# -c, or '', else by the program $argv[1]. The last line is the directory of handlers.
function __workerd_settings
    set -l home "$HOME/.config/workerd"
    test -z "$XDG_CONFIG_HOME"; or set home "$XDG_CONFIG_HOME/workerd"
    set -l file (string replace -r '^~' "$HOME" -- "$argv[2]")
    test -n "$file"; or set file "$WORKERD_CONFIG"
    if test -z "$file"; and string match -q '*/*' -- "$argv[1]"
        set -l beside (string replace -r '[^/]*$' workerd.toml -- (string replace -r '^~' "$HOME" -- "$argv[1]"))
        test -f "$beside"; and set file "$beside"
    end
    if test -z "$file"
        test "$USER" = root; or set file "$home/workerd.toml"
        test -e /etc/workerd/workerd.toml; and set file /etc/workerd/workerd.toml
    end
    set -l dir ''
    set -l base (string replace -r '[^/]*$' '' -- "$file")
    echo 'queues default'
    for part in "$file" $base"conf.d/"*.toml
        test -f "$part"; and test -r "$part"; or continue
        set -l table ''
        while read -l line
            if set -l head (string match -r '^\s*\[\s*([^\]]*)\]' -- $line)
                set table (string replace -ra '\s' '' -- $head[2])
                if set -l name (string match -r '^(queues|jobs|cron)\.["\']?([A-Za-z0-9._-]+)' -- $table)
                    echo $name[2] $name[3]
                end
            else if string match -q 'cron.*' -- $table
                set -l queue (string match -r '^\s*queue\s*=\s*["\']([A-Za-z0-9._-]+)' -- $line)
                and echo queues $queue[2]
            else if test "$table" = handlers
                if set -l value (string match -r '^\s*dir\s*=\s*["\']([^"\']*)["\']' -- $line)
                    set dir $value[2]
                    string match -q '/*' -- $dir; or set dir $base$dir
                end
            end
        end <"$part"
    end
    test -z "$WORKERD_HANDLERS__DIR"; or set dir "$WORKERD_HANDLERS__DIR"
    if test -z "$dir"
        set dir "$home/handlers"
        test "$USER" = root -o "$file" = /etc/workerd/workerd.toml; and set dir /etc/workerd/handlers
    end
    echo dir $dir
end

# The words that are of kind $argv[1], for the program $argv[2]; $argv[3] is the configuration that was given, or ''.
function __workerd_words
    switch "$argv[1]"
        case commands
@DESCRIBED@
        case states
            printf '%s\n' @STATES@
        case shells
            printf '%s\n' @SHELLS@
        case keys
            printf '%s\n' @KEYS@
        case queues
            __workerd_settings $argv[2..3] | string replace -rf '^queues ' ''
        case schedules
            __workerd_settings $argv[2..3] | string replace -rf '^cron ' ''
        case handlers # of those in Java, which are in no file of their own, the ones that the configuration names
            set -l settings (__workerd_settings $argv[2..3])
            printf '%s\n' $settings | string replace -rf '^jobs ' ''
            for handler in (string replace -rf '^dir ' '' -- $settings[-1])/*
                # Of the others the daemon runs none.
                set -l name (string replace -r '.*/' '' -- $handler)
                if string match -qr '^[A-Za-z0-9][A-Za-z0-9._-]*$' -- "$name"; and test -f "$handler"; and test -x "$handler"
                    echo $name
                end
            end
        case '* *'
            string split -n ' ' -- $argv[1]
    end
end

function __workerd_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l command ''
    set -l option ''
    set -l config ''
    set -l ended ''
    set -l count 0
    for word in $words[2..-1]
        if test -n "$option"
            contains -- $option -c --config; and set config $word
            set option ''
        else if test -n "$ended"
            set count (math $count + 1)
        else if test "$word" = --
            set ended 1
        else if string match -q -- '--*=*' $word
            string match -q -- '--config=*' $word; and set config (string replace -- '--config=' '' $word)
        else if string match -q -- '-*' $word
            test -z "$(__workerd_option_value $word)"; or set option $word
        else if test -z "$command"
            set command $word
        else if contains -- $command @GROUPS@
            set command $command.$word
        else
            set count (math $count + 1)
        end
    end
    set -l before ''
    set -l kind
    if test -n "$option"
        set kind (__workerd_option_value $option)
    else if string match -q -- '--*=*' $cur; and test -z "$ended"
        set before (string replace -r -- '=.*' '=' $cur)
        set kind (__workerd_option_value (string replace -r -- '=.*' '' $cur))
    else if string match -q -- '-*' $cur; and test -z "$ended"
        set kind (__workerd_options $command)" "
    else if test -z "$command"
        set kind commands
    else
        set kind (__workerd_argument $command $count)
    end
    switch "$kind"
        case files
            __fish_complete_path $cur
            return
        case states
            set before (string replace -rf -- '^(.*[=,])[^=,]*$' '$1' $cur)
    end
    __workerd_words "$kind" "$words[1]" "$config" | while read -l word
        printf '%s\n' "$before$word"
    end
end

complete -c workerd -f -a '(__workerd_complete)'
