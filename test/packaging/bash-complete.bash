# bash-complete.bash FILE WORD...: what bash is offered for the last word, a line each, with the completions in FILE.
source "$1"
shift
# It tells the shell how to go on typing; there is no shell here.
compopt() { :; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_selfballoon
printf '%s\n' "${COMPREPLY[@]}"
