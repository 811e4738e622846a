# Asks a fish with the completions of file $argv[1] what it offers, for each line of stdin; $argv[2] is run before.
source $argv[1]
eval $argv[2]
while read -l line
    printf '%s|%s\n' $line (complete -C $line | string replace -r '\t.*' '' | string join ' ')
end
