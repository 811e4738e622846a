# Presses Tab in a zsh with the completions of file $1, after each line of stdin, and prints what is offered; $2 is a file to
# write to, and $3 is run before.
zmodload zsh/zpty
zpty shell zsh -f -i
answer() { # until the inner shell has said so
    local seen
    zpty -r shell seen "*READY-$1-*"
}
typeset -i number=0
say() {
    ((++number))
    zpty -w shell "$1; print -r -- READY''-$number-"
    answer $number
}
say "PS1= PS2= RPS1=; unsetopt beep; bindkey -e; bindkey ^Xk kill-whole-line; HITS=$2"
say 'autoload -Uz compinit && compinit -u -D'
say 'zstyle ":completion:*" list-prompt ""; LISTMAX=1000000'
say 'compadd() { if [[ " $* " == *" -"[OAD]" "* ]]; then builtin compadd "$@"; return; fi
    local -a hits; builtin compadd -A hits "$@"; local hit; for hit in $hits; do print -r -- "$IPREFIX$hit" >>$HITS; done
    builtin compadd "$@" }'
say ". $1"
say "$3"
while IFS= read -r line; do
    : >$2
    # Not with ^U: while the line editor is not up yet, the terminal takes that for itself.
    zpty -w -n shell "$line"$'\t\x18k'
    say ':'
    hits=(${(f)"$(<$2)"})
    print -r -- "$line|${(j: :)hits}"
done
zpty -d shell
