import { targetParts } from "../../core/target-parts.ts";
import { bytesText } from "../../view/amounts.ts";
import type { GuestView } from "../model.ts";

/** What the target is made of, as a sum; nothing where that is not known. */
export function PartsTable({ view }: { readonly view: GuestView }) {
  const { observation, decision, figures } = view;
  if (observation === null || decision === null) return null;
  const parts = targetParts(observation, decision);
  if (parts.length === 0) return null;
  return (
    <table class="parts">
      <caption class="unseen">What the target is made of</caption>
      <tbody>
        {parts.map(({ name, pages }, index) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="sign">{pages < 0 ? "−" : index > 0 ? "+" : ""}</td>
            <td class="number">{bytesText(Math.abs(pages) * observation.pageBytes)}</td>
          </tr>
        ))}
        <tr class="sum">
          <th scope="row">Target</th>
          <td class="sign">=</td>
          <td class="number">{bytesText(figures?.targetBytes)}</td>
        </tr>
        <tr>
          <th scope="row">Floor, the least that it may be</th>
          <td class="sign" />
          <td class="number">{bytesText(figures?.floorBytes)}</td>
        </tr>
      </tbody>
    </table>
  );
}
