/** What is used of `yaml`, in a module of its own: the bundle leaves out the rest, and loads it when it is needed. */
import { CST, Lexer, Parser } from 'yaml';

export { Lexer, Parser };
/** Re-exports the only function used, because exporting the whole namespace would bundle all of it. */
export const resolveAsScalar = CST.resolveAsScalar;
