/** What the core needs of a log; VS Code's LogOutputChannel fits it. Nothing secret is ever handed to it. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
