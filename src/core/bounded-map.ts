/**
 * Put a value into a map as the newest one; beyond `max` entries the oldest is forgotten. Whoever names a key, as a guest
 * does, so never makes a map grow without end.
 */
export function putNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
