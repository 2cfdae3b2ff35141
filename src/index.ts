// The public library: the law and the formats, without a machine.
export type { Decision } from "./core/decision.ts";
export { floorPages } from "./core/guest/floor.ts";
export { type GuestState, INITIAL_GUEST_STATE, step } from "./core/guest/step.ts";
export type { CompleteObservation, Observation } from "./core/observation.ts";
export { CLAMPS, REASONS } from "./core/reasons.ts";
export { createSettings, readSetting, resetSetting, type Settings, writeSetting } from "./core/settings.ts";
export { DEFAULT_TUNABLES, TUNABLES, type TunableName, type Tunables } from "./core/tunables.ts";
export { parseRecordingLine } from "./formats/recording.ts";
export { formatDecision, formatObservation } from "./formats/recording-writer.ts";
