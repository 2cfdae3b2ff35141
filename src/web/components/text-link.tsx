import { showText } from "../daemon.ts";

/** A link to a text of the daemon's, which is fetched with the token of this tab: a plain link shows none. */
export function TextLink({ path, name }: { readonly path: string; readonly name: string }) {
  const show = (event: MouseEvent): void => {
    event.preventDefault();
    void showText(path);
  };
  return (
    <a href={path} onClick={show}>
      {name}
    </a>
  );
}
