interface FilterFieldProps {
  readonly value: string;
  /** What it looks for, such as a name. */
  readonly placeholder: string;
  readonly take: (value: string) => void;
}

/** Where words are typed that the rows of a table must have. */
export function FilterField({ value, placeholder, take }: FilterFieldProps) {
  return (
    <label class="filter">
      <span>Filter</span>
      <input
        type="search"
        value={value}
        placeholder={placeholder}
        onInput={(event) => take(event.currentTarget.value)}
      />
    </label>
  );
}

/** How many of all rows are shown, also for whoever does not see the table change. */
export function ShownCount({ shown, all }: { readonly shown: number; readonly all: number }) {
  return (
    <p role="status" class="count">
      {shown === all ? `${all} shown` : `${shown} of ${all} shown`}
    </p>
  );
}
