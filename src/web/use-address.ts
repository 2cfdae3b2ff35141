import { useEffect, useState } from "preact/hooks";
import { type Address, parseAddress } from "./address.ts";

/** The address's hash says what is shown, so that the browser's Back works and a view can be linked to. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = (): void => setHash(location.hash);
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return parseAddress(hash);
}
