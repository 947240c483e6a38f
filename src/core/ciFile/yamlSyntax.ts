/** What is used of `yaml`, in a module of its own: the bundle leaves out the rest, and loads it when it is needed. */
import { CST, Lexer, Parser } from 'yaml';

export { Lexer, Parser };
/** The only function of that namespace: passing the namespace on would bring all of it along. */
export const resolveAsScalar = CST.resolveAsScalar;
