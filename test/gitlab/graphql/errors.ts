import { type ASTNode, type DocumentNode, type GraphQLError, Kind, print, visit } from 'graphql';

export interface ShownError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

interface Rewording {
  readonly pattern: RegExp;
  readonly reword: (match: readonly string[], place: Place) => Pick<ShownError, 'message' | 'extensions'>;
}

/** Where a refusal is about: the node itself, and those around it, the innermost last. */
interface Place {
  readonly node: ASTNode | undefined;
  readonly around: readonly ASTNode[];
  readonly suggestion: string;
}

/** graphql-ruby's words for what graphql-js finds. */
const rewordings: readonly Rewording[] = [
  {
    pattern: /^Cannot query field "(\w+)" on type "(\w+)"/,
    reword: ([, fieldName = '', typeName = ''], { suggestion }) => ({
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'${suggestion}`,
      extensions: { code: 'undefinedField', typeName, fieldName },
    }),
  },
  {
    pattern: /^Unknown argument "(\w+)" on field "\w+\.\w+"/,
    reword: ([, argumentName = ''], { around, suggestion }) => {
      const name = nameOf(around.findLast(({ kind }) => kind === Kind.FIELD));
      return {
        message: `Field '${name}' doesn't accept argument '${argumentName}'${suggestion}`,
        extensions: { code: 'argumentNotAccepted', name, typeName: 'Field', argumentName },
      };
    },
  },
  {
    pattern: /^Variable "\$(\w+)" of type "(.+)" used in position expecting type "(.+)"/,
    reword: ([, variableName = '', typeName = '', argumentType = ''], { around }) => {
      const argumentName = nameOf(around.findLast(({ kind }) => kind === Kind.ARGUMENT || kind === Kind.OBJECT_FIELD));
      const types = `(${typeName} / ${argumentType})`;
      return {
        message: `Type mismatch on variable $${variableName} and argument ${argumentName} ${types}`,
        extensions: {
          ...{ code: 'variableMismatch', variableName, typeName },
          ...{ argumentName, errorMessage: 'Type mismatch' },
        },
      };
    },
  },
  {
    pattern: /^Variable "\$(\w+)" is never used(?: in operation "(\w+)")?/,
    reword: ([, variableName = '', operation]) => ({
      message: `Variable $${variableName} is declared by ${operation ?? 'anonymous query'} but not used`,
      extensions: { code: 'variableNotUsed', variableName },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is not defined(?: by operation "(\w+)")?/,
    reword: ([, variableName = '', operation]) => ({
      message: `Variable $${variableName} is used by ${operation ?? 'anonymous query'} but not declared`,
      extensions: { code: 'variableNotDefined', variableName },
    }),
  },
  {
    pattern: /^Unknown type "(\w+)"/,
    reword: ([, typeName = ''], { around }) => {
      const variable = around.findLast((each) => each.kind === Kind.VARIABLE_DEFINITION);
      const variableName = variable ? variable.variable.name.value : '';
      return {
        message: `${typeName} isn't a defined input type (on $${variableName})`,
        extensions: { code: 'variableRequiresValidType', typeName, variableName },
      };
    },
  },
  {
    pattern: /^Field "(\w+)" argument "(\w+)" of type ".+" is required/,
    reword: ([, name = '', missing = '']) => ({
      message: `Field '${name}' is missing required arguments: ${missing}`,
      extensions: { code: 'missingRequiredArguments', className: 'Field', name, arguments: missing },
    }),
  },
  {
    pattern: /^Field "(\w+)" of type "([\w![\]]+)" must have a selection of subfields/,
    reword: ([, name = '', type = '']) => {
      const selected = `Did you mean '${name} { ... }'?`;
      return {
        message: `Field must have selections (field '${name}' returns ${bare(type)} but has no selections. ${selected})`,
        extensions: { code: 'selectionMismatch', nodeName: `field '${name}'`, typeName: bare(type) },
      };
    },
  },
  {
    pattern: /^Field "(\w+)" must not have a selection since type "([\w![\]]+)" has no subfields/,
    reword: ([, name = '', type = ''], { node }) => {
      const inner = node && 'selections' in node ? node.selections.map(nameOf) : [];
      return {
        message: `Selections can't be made on scalars (field '${name}' returns ${bare(type)} but has selections ${JSON.stringify(inner)})`,
        extensions: { code: 'selectionMismatch', nodeName: `field '${name}'`, typeName: bare(type) },
      };
    },
  },
  {
    pattern: /^(?:(\w+) cannot represent|Value "\w+" does not exist in "(\w+)" enum|Enum "(\w+)" cannot represent)/,
    reword: ([, scalar, listed, ofEnum], { node, around }) => {
      const argumentName = nameOf(around.findLast(({ kind }) => kind === Kind.ARGUMENT));
      const typeName = 'Field';
      const name = nameOf(around.findLast(({ kind }) => kind === Kind.FIELD));
      const expected = scalar ?? listed ?? ofEnum ?? '';
      const value = node ? print(node) : '';
      return {
        message: `Argument '${argumentName}' on ${typeName} '${name}' has an invalid value (${value}). Expected type '${expected}'.`,
        extensions: { code: 'argumentLiteralsIncompatible', typeName, argumentName },
      };
    },
  },
  {
    pattern: /^Variable "\$(\w+)" (?:got invalid value|of (?:required|non-null) type "(.+)")/,
    reword: ([, variableName = '', type], { node }) => {
      const declared = node?.kind === Kind.VARIABLE_DEFINITION ? print(node.type) : (type ?? '');
      return { message: `Variable $${variableName} of type ${declared} was provided invalid value` };
    },
  },
];

/** In graphql-ruby's words. `suggestions`: with what may have been meant, as its newer releases say it. */
export function errorOf(error: GraphQLError, document?: DocumentNode, suggestions = false): ShownError {
  const { message, locations, path, nodes = [] } = error;
  const place = locations ? { locations } : {};
  // Where two places are named, the later one is in question.
  const node = nodes.at(-1);
  const around = document && node ? wayTo(document, node) : [];
  const suggestion = suggestions ? suggestionIn(message) : '';
  for (const { pattern, reword } of rewordings) {
    const match = pattern.exec(message);
    if (!match) continue;
    const told = reword(match, { node, around, suggestion });
    return { message: told.message, ...place, path: around.flatMap(stepOf), ...extended(told) };
  }
  const parse = message.startsWith('Syntax Error') ? message.replace('Syntax Error: ', 'Parse error: ') : message;
  return { message: parse, ...place, ...(path ? { path } : {}) };
}

function extended({ extensions }: Pick<ShownError, 'extensions'>): Pick<ShownError, 'extensions'> {
  return extensions ? { extensions } : {};
}

/** graphql-js says `Did you mean "a", "b", or "c"?` */
function suggestionIn(message: string): string {
  const [, listed = ''] = /Did you mean (".+")\?$/.exec(message) ?? [];
  const names = [...listed.matchAll(/"(\w+)"/g)].map(([, name = '']) => `\`${name}\``);
  const last = names.pop();
  if (last === undefined) return '';
  return ` (Did you mean ${names.length === 0 ? last : `${names.join(', ')} or ${last}`}?)`;
}

function bare(type: string): string {
  return type.replace(/[^\w]/g, '');
}

/** The nodes from the document to `wanted`, which is the last of them. */
function wayTo(document: DocumentNode, wanted: ASTNode): readonly ASTNode[] {
  let found: readonly ASTNode[] = [];
  const way: ASTNode[] = [];
  visit(document, {
    enter: (node) => {
      way.push(node);
      if (node === wanted) found = [...way];
    },
    leave: () => {
      way.pop();
    },
  });
  return found;
}

/** `query`, then the names of the fields on the way, and of arguments; an alias stands for its field. */
function stepOf(node: ASTNode): readonly string[] {
  switch (node.kind) {
    case Kind.OPERATION_DEFINITION:
      return [[node.operation, node.name?.value].filter(Boolean).join(' ')];
    case Kind.FRAGMENT_DEFINITION:
      return [`fragment ${node.name.value}`];
    case Kind.FIELD:
    case Kind.ARGUMENT:
      return [nameOf(node)];
    default:
      return [];
  }
}

function nameOf(node: ASTNode | undefined): string {
  switch (node?.kind) {
    case Kind.FIELD:
      return (node.alias ?? node.name).value;
    case Kind.ARGUMENT:
    case Kind.OBJECT_FIELD:
    case Kind.FRAGMENT_SPREAD:
      return node.name.value;
    default:
      return '';
  }
}
