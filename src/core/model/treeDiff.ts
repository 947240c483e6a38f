/** What is compared of a row. `look` identifies everything that is rendered. */
export interface Shape {
  readonly id: string;
  readonly look: string;
  /** Rows with the same face have the same look, so it needn't be computed. */
  readonly face?: object | undefined;
  readonly children: readonly Shape[];
}

/** Ids of rows to redraw together with everything below them; empty: no changes. */
type Redraw = 'all' | readonly string[];

/** Above this number of rows, redrawing the whole tree is cheaper. */
export const rowsAtOnce = 300;

/** The smallest set of rows to redraw to turn `before` into `after`. */
export function redrawOf(before: readonly Shape[], after: readonly Shape[]): Redraw {
  const rows: string[] = [];
  return isListDrawn(before, after, rows) && rows.length <= rowsAtOnce ? rows : 'all';
}

/** Whether both lists have the same rows in the same order. If so, rows to redraw are added to `rows`. */
function isListDrawn(before: readonly Shape[], after: readonly Shape[], rows: string[]): boolean {
  if (before.length !== after.length || before.some(({ id }, index) => id !== after[index]?.id)) return false;
  for (const [index, is] of after.entries()) {
    const was = before[index];
    // Redrawing a row includes everything below it, so rows found there are dropped.
    const found = rows.length;
    if (was !== undefined && isSameLook(was, is) && isListDrawn(was.children, is.children, rows)) continue;
    rows.length = found;
    rows.push(is.id);
  }
  return true;
}

function isSameLook(was: Shape, is: Shape): boolean {
  return (was.face !== undefined && was.face === is.face) || was.look === is.look;
}
