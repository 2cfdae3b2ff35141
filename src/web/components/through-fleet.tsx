/** Says that the host's page is seen through its fleet, where nothing is changed, and where it is. */
export function ThroughFleet({ host }: { readonly host: string }) {
  return (
    <p class="through-fleet">
      <a href="/">← all hosts</a> · <b>{host}</b> as it says itself, through its fleet: nothing can be changed here.
      Settings are changed in the <a href="/#/settings">fleet's settings</a>, the rest on the host's own page.
    </p>
  );
}
