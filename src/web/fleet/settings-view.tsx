import type { FleetSettingsAnswer } from "../../fleet/service/answers.ts";
import { RefusedList } from "./refused-list.tsx";
import { RolloutList } from "./rollout-list.tsx";
import { SettingForm } from "./setting-form.tsx";
import { SettingTable } from "./setting-table.tsx";
import { MS_PER_MINUTE, useWishes, type Wishes, wishText } from "./wishes.ts";

/** What is set for many hosts, how far it was taken and rolled out, who refuses what; and how to change it. */
export function SettingsView({ answer }: { readonly answer: FleetSettingsAnswer | null }) {
  const wishes = useWishes();
  if (answer === null) return <p class="empty">Reading what is set …</p>;
  const { scopes, refused, canChange } = answer;
  const change = canChange ? wishes : null;
  return (
    <>
      <RolloutList scopes={scopes} wishes={change} />
      <SettingTable scopes={scopes} wishes={change} />
      <RefusedList refused={refused} />
      <section aria-labelledby="change-title">
        <h2 id="change-title">Set something for many</h2>
        {canChange ? (
          <SettingForm wishes={wishes} />
        ) : (
          <p class="about">
            Nothing can be changed here: the service has no token that could be shown (<code>token_file</code> below{" "}
            <code>[api]</code>), or the fleet was prepared before there were settings.
          </p>
        )}
      </section>
      <Outcome wishes={wishes} />
    </>
  );
}

/** What was asked, and what became of it. */
function Outcome({ wishes }: { readonly wishes: Wishes }) {
  const { asked, error, said, isBusy } = wishes;
  return (
    <div class="fleet-outcome">
      {asked !== null && <Question asked={asked} wishes={wishes} />}
      {error !== null && (
        <p role="alert" class="error">
          {error}
        </p>
      )}
      <p role="status" class="said">
        {isBusy ? "Asking …" : said}
      </p>
    </div>
  );
}

interface QuestionProps {
  readonly asked: NonNullable<Wishes["asked"]>;
  readonly wishes: Wishes;
}

function Question({ asked: { wish, would }, wishes: { go, leave } }: QuestionProps) {
  const { hosts, risks } = would;
  const text = wishText(wish);
  const whom = hosts === 1 ? "1 host" : `${hosts} hosts`;
  const minutes = (wish.watchMs ?? 0) / MS_PER_MINUTE;
  const when = wish.first === null ? "at once" : `${would.first.length} of them first, watched for ${minutes} minutes`;
  return (
    <div role="alertdialog" aria-label={`${text}?`} class="banner fleet-question">
      <p>
        {text}: it is for {hosts === 0 ? "no host now, and for those that come" : `${whom}, ${when}`}.
      </p>
      {risks.map((risk) => (
        <p key={risk} class="fleet-alarm">
          {risk}
        </p>
      ))}
      <button type="button" class={risks.length > 0 ? "dangerous" : "primary"} onClick={() => go(wish)}>
        {risks.length > 0 ? "Do it all the same" : "Do it"}
      </button>{" "}
      <button type="button" onClick={leave}>
        Leave it
      </button>
    </div>
  );
}
