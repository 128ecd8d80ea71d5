import type { DatabaseSync } from 'node:sqlite';
import type { ChannelChangeRow, StoredChannel } from './channels.ts';

/** Applies the changes in their order. */
export function channelWriter(db: DatabaseSync): (changes: readonly ChannelChangeRow[]) => void {
  const put = db.prepare(`INSERT INTO channel VALUES (:id, :site,
      (SELECT coalesce(max(place), 0) + 1 FROM channel WHERE site = :site),
      :kind, :name, :address, :signed, :sealed, :priority, :areas, :language, :enabled, :status)
    ON CONFLICT (id) DO UPDATE SET
      name = excluded.name, address = excluded.address, signed = excluded.signed, sealed = excluded.sealed,
      priority = excluded.priority, areas = excluded.areas, language = excluded.language, enabled = excluded.enabled`);
  const remove = db.prepare('DELETE FROM channel WHERE id = ?');
  // What the heir was to be told of anyway is not told twice.
  const inherit = db.prepare(
    'UPDATE OR IGNORE delivery SET channel = :heir, via = NULL WHERE channel = :id AND outcome IS NULL',
  );
  const withdraw = db.prepare(
    "UPDATE delivery SET outcome = 'withdrawn', ended_at = :at WHERE channel = :id AND outcome IS NULL",
  );
  const comeBack = db.prepare('UPDATE delivery SET via = NULL WHERE via = ? AND outcome IS NULL');
  const place = db.prepare('UPDATE channel SET place = ? WHERE id = ?');
  const status = db.prepare('UPDATE channel SET status = ? WHERE id = ?');
  const routed = db.prepare('UPDATE notification SET recipients = ? WHERE id = ? AND recipients IS NULL');
  const add = db.prepare(`INSERT INTO delivery (notification, site, channel, alarm, what, at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const start = db.prepare(
    'UPDATE delivery SET message = ?, attempts = attempts + 1, uncertain = 1 WHERE id = ? AND outcome IS NULL',
  );
  const failed = db.prepare('UPDATE delivery SET uncertain = ? WHERE id = ? AND outcome IS NULL');
  const hand = db.prepare('UPDATE delivery SET via = ?, attempts = 0 WHERE id = ? AND outcome IS NULL');
  const end = db.prepare(
    'UPDATE delivery SET outcome = ?, ended_at = ?, ended_by = ?, uncertain = 0 WHERE id = ? AND outcome IS NULL',
  );

  const write = (channel: StoredChannel): void => {
    const { id, site, kind, name, address, sealed, priority, language } = channel;
    put.run({
      id,
      site,
      kind,
      name,
      address,
      signed: Number(channel.signed),
      sealed,
      priority,
      areas: channel.areas === null ? null : JSON.stringify(channel.areas),
      language,
      enabled: Number(channel.enabled),
      status: JSON.stringify(channel.status),
    });
  };

  const apply = (change: ChannelChangeRow): void => {
    switch (change.op) {
      case 'channel.put':
        return write(change.channel);
      case 'channel.delete': {
        const { id, heir, at } = change;
        remove.run(id);
        comeBack.run(id);
        if (heir !== null) inherit.run({ id, heir });
        withdraw.run({ id, at });
        return;
      }
      case 'channel.order':
        return change.ids.forEach((id, index) => void place.run(index + 1, id));
      case 'channel.status':
        return void status.run(JSON.stringify(change.status), change.id);
      case 'intent.routed': {
        const { intent, channels } = change;
        const { id, site, alarm, what, at } = intent;
        if (routed.run(channels.length, id).changes === 0) return;
        for (const channel of channels) add.run(id, site, channel, alarm, what, at);
        return;
      }
      case 'delivery.start':
        for (const id of change.ids) start.run(change.message, id);
        return;
      case 'delivery.failed':
        for (const id of change.ids) failed.run(Number(change.uncertain), id);
        return;
      case 'delivery.handed':
        for (const id of change.ids) hand.run(change.via, id);
        return;
      case 'delivery.end':
        for (const id of change.ids) end.run(change.outcome, change.at, change.by, id);
        return;
    }
  };
  return (changes) => changes.forEach(apply);
}
