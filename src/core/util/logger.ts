/** Minimal logging interface that VS Code's LogOutputChannel satisfies. Secrets are never passed to it. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
