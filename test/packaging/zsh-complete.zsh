# zsh-complete.zsh FOLDER LINE DUMP: what an interactive zsh offers at the end of LINE, a line each, with the completions
# in FOLDER; the file DUMP spares later calls the search for all others. The shell runs in a terminal of its own, where
# `compadd`, by which all offers are made, also writes them down.
zmodload zsh/zpty
offers=$(mktemp)
zpty shell zsh -f -i
zpty -w shell "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -d ${(q)3}"
# With -O, -A and -D compadd offers nothing.
zpty -w shell 'compadd() {
  [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]] && { builtin compadd "$@"; return }
  local -a words; builtin compadd -A words "$@"; print -rl -- $words >>'${(q)offers}'; builtin compadd "$@"
}'
zpty -w shell 'offer() { zle list-choices; exit }; zle -N offer; bindkey "^G" offer'
zpty -w -n shell "$2"$'\a'
while zpty -r shell line; do :; done
sed '/^$/d' $offers | sort -u
rm $offers
