/** One generated file of the project. */
export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}
