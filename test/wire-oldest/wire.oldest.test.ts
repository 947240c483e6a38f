import { describeWire } from '../wire/onTheWire';

describeWire('oldest');
