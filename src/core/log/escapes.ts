/** Receiver of the escape sequences that are supported; all others are dropped. */
interface Terminal {
  /** Handles `ESC [ parameters final`; `final` is a character code. */
  control(final: number, parameters: string): void;
  /** Handles `ESC ] text`, terminated by BEL or `ESC \`. */
  command(text: string): void;
}

type State = 'text' | 'escape' | 'intermediate' | 'control' | 'string' | 'stringEscape';

/** Longer escape sequences are consumed and dropped. */
const longest = 4096;
const bell = 0x07;
const cancel = 0x18;
const substitute = 0x1a;
const escape = 0x1b;

/** Parser for escape sequences, starting at the second byte. Input may be split anywhere. */
export class Escapes {
  private state: State = 'text';
  private isCommand = false;
  private readonly bytes = Buffer.allocUnsafe(longest);
  private size = 0;

  get isOpen(): boolean {
    return this.state !== 'text';
  }

  begin(): void {
    this.state = 'escape';
  }

  /** Drops an unterminated escape sequence at the end of a line, so that it affects no other line. */
  abandon(): void {
    this.state = 'text';
  }

  /** Reads up to the end of the sequence or to `end`; returns the index at which text continues. */
  read(from: Buffer, start: number, end: number, to: Terminal): number {
    let at = start;
    while (at < end && this.isOpen) if (this.take(from[at] ?? 0, to)) at += 1;
    return at;
  }

  /** Consumes a byte; false if it doesn't belong to the sequence. */
  private take(byte: number, to: Terminal): boolean {
    switch (this.state) {
      case 'control':
        return this.takeControl(byte, to);
      case 'escape':
        return this.takeKind(byte);
      case 'string':
        return this.takeString(byte, to);
      case 'stringEscape':
        if (byte === code('\\')) return this.endString(to);
        this.state = 'escape';
        return false;
      case 'intermediate':
        if (byte < 0x20 || byte > 0x2f) this.state = 'text';
        return byte >= 0x20 && byte <= 0x7e;
      case 'text':
        return false;
    }
  }

  private takeKind(byte: number): boolean {
    this.size = 0;
    if (byte === code('[')) this.state = 'control';
    else if (byte === code(']') || isOtherString(byte)) {
      this.isCommand = byte === code(']');
      this.state = 'string';
    } else if (byte >= 0x20 && byte <= 0x2f) this.state = 'intermediate';
    else this.state = 'text';
    return byte >= 0x20 && byte <= 0x7e;
  }

  private takeControl(byte: number, to: Terminal): boolean {
    if (byte >= 0x20 && byte <= 0x3f) return this.keep(byte);
    this.state = 'text';
    if (byte < 0x40 || byte > 0x7e) return false;
    if (this.size <= longest) to.control(byte, this.bytes.toString('latin1', 0, this.size));
    return true;
  }

  private takeString(byte: number, to: Terminal): boolean {
    if (byte === bell) return this.endString(to);
    if (byte === escape) this.state = 'stringEscape';
    else if (byte === cancel || byte === substitute) this.state = 'text';
    else return this.keep(byte);
    return true;
  }

  private endString(to: Terminal): true {
    this.state = 'text';
    if (this.isCommand && this.size <= longest) to.command(this.bytes.toString('utf8', 0, this.size));
    return true;
  }

  /** Stores a byte; beyond `longest` it is only counted. */
  private keep(byte: number): true {
    if (this.size < longest) this.bytes[this.size] = byte;
    this.size += this.size <= longest ? 1 : 0;
    return true;
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}

/** Whether the byte starts a DCS, SOS, PM or APC string, none of which matter in a log. */
function isOtherString(byte: number): boolean {
  return byte === code('P') || byte === code('X') || byte === code('^') || byte === code('_');
}
