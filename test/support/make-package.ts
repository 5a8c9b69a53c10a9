/** Makes the package in the folder that is named. */
import { makePackage } from '../../scripts/build.ts';

await makePackage(process.argv[2] ?? '');
