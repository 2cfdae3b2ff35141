/** What the object itself has under this name; undefined for what every object has, such as `constructor`. */
export function ownOf<Value>(named: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}
