import { it } from 'vitest';
import { openLane, type Round } from './lane.ts';
it('tries', async () => {
  const lane = await openLane();
  try {
    const rounds = JSON.parse(process.env['MW_TEST_ROUNDS'] ?? '[]') as Round[];
    for (const round of rounds) console.log(JSON.stringify(await lane.runRound(round), null, 1));
    if (process.env['MW_TEST_KEEP']) await new Promise((r) => setTimeout(r, 600000));
  } finally {
    await lane.close();
  }
});
