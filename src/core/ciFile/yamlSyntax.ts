/** What is used of `yaml`, in a module of its own: the bundle leaves out the rest, and loads it when it is needed. */
export { CST, Lexer, Parser } from 'yaml';
