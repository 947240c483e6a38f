import { describeWire } from './onTheWire';

describeWire('newest');
