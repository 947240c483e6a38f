export { quiet, until } from '../../until';
