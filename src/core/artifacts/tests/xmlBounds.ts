import type { SAXParser } from 'sax';

/** The parser's internal buffers, which its types omit. */
interface ParserBuffers {
  readonly comment: string;
  readonly sgmlDecl: string;
  readonly doctype: string | true;
  readonly procInstName: string;
  readonly procInstBody: string;
  readonly entity: string;
  readonly tagName: string;
  readonly attribName: string;
  readonly attribValue: string;
}

/** Maximum length of a declaration, which the parser processes in quadratic time. */
const longestDeclaration = 100;

/** Whether the parser buffers more than `most` characters of a token other than text, or a long declaration. */
export function holdsTooMuch(parser: SAXParser, most: number): boolean {
  const held = parser as SAXParser & ParserBuffers;
  const { comment, procInstName, procInstBody, entity, tagName, attribName, attribValue } = held;
  const tokens = [comment, procInstName, procInstBody, entity, tagName, attribName, attribValue];
  const doctype = held.doctype === true ? 0 : held.doctype.length;
  const length = tokens.reduce((sum, token) => sum + token.length, doctype);
  return length > most || held.sgmlDecl.length > longestDeclaration;
}
