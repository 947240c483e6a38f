// Takes the place of yaml: what src/core/ciFile/yamlSyntax.ts uses of it. Its index makes one object of all functions
// on tokens, so that none of them could be left out.
import { resolveAsScalar } from './node_modules/yaml/browser/dist/parse/cst-scalar.js';

export { Lexer } from './node_modules/yaml/browser/dist/parse/lexer.js';
export { Parser } from './node_modules/yaml/browser/dist/parse/parser.js';
export const CST = { resolveAsScalar };
