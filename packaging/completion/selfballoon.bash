# bash completion for selfballoon, made from its commands by `selfballoon completion bash`.

_selfballoon() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=
	local assigned=
	((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}
	COMPREPLY=()
	# bash takes OPTION=VALUE for three words.
	if [[ $current == "=" ]]; then
		current= assigned=yes
	elif [[ $previous == "=" ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]} assigned=yes
	fi
	case "$command $previous" in
	"run --config")
		_selfballoon_paths -f
		return 0
		;;
	"run --root")
		_selfballoon_paths -d
		return 0
		;;
	"run --backend")
		_selfballoon_words "auto xen qemu libvirt simulated"
		return 0
		;;
	"run --qmp")
		_selfballoon_paths -f
		return 0
		;;
	"run --policy")
		_selfballoon_words "driver adaptive"
		return 0
		;;
	"run --set")
		_selfballoon_assignments "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb"
		return 0
		;;
	"run --listen")
		:
		return 0
		;;
	"run --socket")
		:
		return 0
		;;
	"status --config")
		_selfballoon_paths -f
		return 0
		;;
	"status --root")
		_selfballoon_paths -d
		return 0
		;;
	"top --config")
		_selfballoon_paths -f
		return 0
		;;
	"top --root")
		_selfballoon_paths -d
		return 0
		;;
	"top --interval")
		:
		return 0
		;;
	"reserve --config")
		_selfballoon_paths -f
		return 0
		;;
	"reserve --root")
		_selfballoon_paths -d
		return 0
		;;
	"reserve --for")
		:
		return 0
		;;
	"reserve --wait")
		:
		return 0
		;;
	"reserve --expires")
		:
		return 0
		;;
	"release-reservation --config")
		_selfballoon_paths -f
		return 0
		;;
	"release-reservation --root")
		_selfballoon_paths -d
		return 0
		;;
	"release-reservation --for")
		:
		return 0
		;;
	"reservations --config")
		_selfballoon_paths -f
		return 0
		;;
	"reservations --root")
		_selfballoon_paths -d
		return 0
		;;
	"get --config")
		_selfballoon_paths -f
		return 0
		;;
	"get --root")
		_selfballoon_paths -d
		return 0
		;;
	"get --guest")
		:
		return 0
		;;
	"set --config")
		_selfballoon_paths -f
		return 0
		;;
	"set --root")
		_selfballoon_paths -d
		return 0
		;;
	"set --guest")
		:
		return 0
		;;
	"reset --config")
		_selfballoon_paths -f
		return 0
		;;
	"reset --root")
		_selfballoon_paths -d
		return 0
		;;
	"reset --guest")
		:
		return 0
		;;
	"doctor --config")
		_selfballoon_paths -f
		return 0
		;;
	"doctor --root")
		_selfballoon_paths -d
		return 0
		;;
	"doctor --backend")
		_selfballoon_words "auto xen qemu libvirt simulated"
		return 0
		;;
	"doctor --qmp")
		_selfballoon_paths -f
		return 0
		;;
	"pause --config")
		_selfballoon_paths -f
		return 0
		;;
	"pause --root")
		_selfballoon_paths -d
		return 0
		;;
	"resume --config")
		_selfballoon_paths -f
		return 0
		;;
	"resume --root")
		_selfballoon_paths -d
		return 0
		;;
	"release --config")
		_selfballoon_paths -f
		return 0
		;;
	"release --root")
		_selfballoon_paths -d
		return 0
		;;
	"url --config")
		_selfballoon_paths -f
		return 0
		;;
	"url --root")
		_selfballoon_paths -d
		return 0
		;;
	"files --config")
		_selfballoon_paths -f
		return 0
		;;
	"files --root")
		_selfballoon_paths -d
		return 0
		;;
	"slices --size-mb")
		:
		return 0
		;;
	"slices --count")
		:
		return 0
		;;
	"slices --priority")
		:
		return 0
		;;
	"slices --algorithm")
		:
		return 0
		;;
	"slices --root")
		_selfballoon_paths -d
		return 0
		;;
	"fleet --config")
		_selfballoon_paths -f
		return 0
		;;
	"fleet --root")
		_selfballoon_paths -d
		return 0
		;;
	"fleet --for")
		:
		return 0
		;;
	"fleet --label")
		_selfballoon_assignments "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb"
		return 0
		;;
	"fleet --wait")
		:
		return 0
		;;
	"fleet --expires")
		:
		return 0
		;;
	"fleet --where")
		_selfballoon_assignments "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb"
		return 0
		;;
	"fleet --host")
		:
		return 0
		;;
	"fleet --guest")
		:
		return 0
		;;
	"fleet --first")
		:
		return 0
		;;
	"fleet --watch")
		:
		return 0
		;;
	"fleet --listen")
		:
		return 0
		;;
	"record --config")
		_selfballoon_paths -f
		return 0
		;;
	"record --root")
		_selfballoon_paths -d
		return 0
		;;
	"record --count")
		:
		return 0
		;;
	"record --interval")
		:
		return 0
		;;
	"replay --set")
		_selfballoon_assignments "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb"
		return 0
		;;
	"replay --policy")
		_selfballoon_words "driver adaptive"
		return 0
		;;
	"report --output")
		_selfballoon_paths -f
		return 0
		;;
	"simulate --seed")
		:
		return 0
		;;
	"simulate --minutes")
		:
		return 0
		;;
	"simulate --host-mb")
		:
		return 0
		;;
	"simulate --cpu")
		_selfballoon_words "emulated kvm"
		return 0
		;;
	"simulate --policy")
		_selfballoon_words "static driver guarded adaptive qmemman mom proxmox senpai oomd"
		return 0
		;;
	"simulate --trace")
		_selfballoon_paths -f
		return 0
		;;
	"simulate --memory-mb")
		:
		return 0
		;;
	"simulate --hot-percent")
		:
		return 0
		;;
	"compare --seed")
		:
		return 0
		;;
	"compare --minutes")
		:
		return 0
		;;
	"compare --host-mb")
		:
		return 0
		;;
	"compare --cpu")
		_selfballoon_words "emulated kvm"
		return 0
		;;
	"compare --policies")
		:
		return 0
		;;
	"compare --html")
		_selfballoon_paths -f
		return 0
		;;
	esac
	# The value of a tunable, or of an option that takes none.
	[[ -z $assigned ]] || return 0
	case "$command ${current:0:1}" in
	" -") _selfballoon_words "--version --help" ;;
	" "*) _selfballoon_words "run status top reserve release-reservation reservations get set reset doctor pause resume release url files slices fleet record replay report simulate compare completion" ;;
	"run -") _selfballoon_words "--config --root --backend --qmp --policy --set --dry-run --once --real --fleet --listen --socket --quiet --verbose --json --selfballooning --noselfballooning --noselfshrink --tmem.selfballooning --tmem.selfshrinking --tmem.selfshrink --help" ;;
	"status -") _selfballoon_words "--config --root --json --help" ;;
	"top -") _selfballoon_words "--config --root --interval --json --help" ;;
	"reserve -") _selfballoon_words "--config --root --for --wait --expires --keep --json --help" ;;
	"release-reservation -") _selfballoon_words "--config --root --for --json --help" ;;
	"reservations -") _selfballoon_words "--config --root --json --help" ;;
	"get -") _selfballoon_words "--config --root --guest --json --help" ;;
	"set -") _selfballoon_words "--config --root --guest --json --help" ;;
	"reset -") _selfballoon_words "--config --root --guest --json --help" ;;
	"doctor -") _selfballoon_words "--config --root --backend --qmp --json --help" ;;
	"pause -") _selfballoon_words "--config --root --help" ;;
	"resume -") _selfballoon_words "--config --root --help" ;;
	"release -") _selfballoon_words "--config --root --json --help" ;;
	"url -") _selfballoon_words "--config --root --token --help" ;;
	"files -") _selfballoon_words "--config --root --undo --help" ;;
	"slices -") _selfballoon_words "--size-mb --count --priority --algorithm --undo --dry-run --root --help" ;;
	"fleet -") _selfballoon_words "--config --root --short --for --label --wait --expires --all --where --host --guest --first --watch --dry-run --listen --json --help" ;;
	"record -") _selfballoon_words "--config --root --count --interval --help" ;;
	"replay -") _selfballoon_words "--set --policy --check --help" ;;
	"report -") _selfballoon_words "--output --json --help" ;;
	"simulate -") _selfballoon_words "--seed --minutes --host-mb --cpu --no-swap --json --policy --trace --memory-mb --hot-percent --help" ;;
	"compare -") _selfballoon_words "--seed --minutes --host-mb --cpu --no-swap --json --policies --html --help" ;;
	"completion -") _selfballoon_words "--help" ;;
	"reserve "*) : ;;
	"release-reservation "*) : ;;
	"get "*) _selfballoon_words "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb" ;;
	"set "*) _selfballoon_assignments "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb" ;;
	"reset "*) _selfballoon_words "selfballooning selfballoon_interval selfballoon_downhysteresis selfballoon_uphysteresis selfballoon_min_usable_mb selfballoon_reserved_mb frontswap_selfshrinking frontswap_hysteresis frontswap_inertia frontswap_cpu_percent guard guard_headroom_mb guard_emergency_mb guard_watch_ms guard_allocatable_mb" ;;
	"pause "*) : ;;
	"resume "*) : ;;
	"release "*) : ;;
	"files "*) : ;;
	"fleet "*) _selfballoon_words "status top guests set get unset rollout resume abort reserve advise serve prepare" ;;
	"record "*) _selfballoon_paths -f ;;
	"replay "*) _selfballoon_paths -f ;;
	"report "*) _selfballoon_paths -f ;;
	"simulate "*) _selfballoon_words "idle web build database jvm go batch leak forkStorm mixed" ;;
	"compare "*) _selfballoon_words "idle web build database jvm go batch leak forkStorm mixed" ;;
	"completion "*) _selfballoon_words "bash zsh fish" ;;
	esac
}

_selfballoon_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_selfballoon_assignments() {
	compopt -o nospace
	mapfile -t COMPREPLY < <(compgen -W "$1" -S = -- "$current")
}

_selfballoon_paths() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

complete -F _selfballoon selfballoon
