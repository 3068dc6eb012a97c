/** What a template of a receiver sees: Alertmanager's data, with the methods that Go gives it. Pure. */
import type { AlertTexts } from '../alert.js';
import type { NotifiedAlert, Notification } from '../channels/notification.js';
import { timeValue } from './go-time.js';
import { isList, TemplateFailure, textOf, withNature, type Value } from './values.js';

/** `.` of the template of a receiver. */
export function notificationData(notification: Notification): Value {
  const { receiver, isFiring, alerts, groupLabels, commonLabels, commonAnnotations, externalUrl } =
    notification;
  return withNature(
    {
      // Quoted as a regular expression, as Alertmanager does, whose pages take it for one.
      Receiver: receiver.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`),
      Status: statusOf(isFiring),
      Alerts: alertsValue(alerts.map(alertValue)),
      GroupLabels: textsValue(groupLabels),
      CommonLabels: textsValue(commonLabels),
      CommonAnnotations: textsValue(commonAnnotations),
      ExternalURL: externalUrl,
    },
    { typeName: 'template.Data', methods: {}, isStruct: true },
  );
}

function statusOf(isFiring: boolean): string {
  return isFiring ? 'firing' : 'resolved';
}

type AlertValue = Readonly<Record<string, Value>>;

function alertValue(alert: NotifiedAlert): AlertValue {
  return withNature(
    {
      Status: statusOf(alert.isFiring),
      Labels: textsValue(alert.labels),
      Annotations: textsValue(alert.annotations),
      StartsAt: timeValue(alert.startsAtUs),
      EndsAt: timeValue(alert.endsAtUs),
      GeneratorURL: alert.generatorUrl,
      Fingerprint: alert.id,
    },
    { typeName: 'template.Alert', methods: {}, isStruct: true },
  );
}

function alertsValue(alerts: readonly AlertValue[]): Value {
  const of = (status: string): Value => alerts.filter((alert) => alert['Status'] === status);
  return withNature([...alerts], {
    typeName: 'template.Alerts',
    methods: { Firing: () => of('firing'), Resolved: () => of('resolved') },
  });
}

interface Pair {
  readonly Name: string;
  readonly Value: string;
}

/** The name of the alert first, then by name. */
function pairsOf(texts: AlertTexts): Pair[] {
  const rank = (name: string): string => (name === 'alertname' ? '0' : `1${name}`);
  return Object.keys(texts)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((name) => ({ Name: name, Value: texts[name] ?? '' }));
}

function textsValue(texts: AlertTexts): Value {
  return withNature(
    { ...texts },
    {
      typeName: 'template.KV',
      methods: {
        SortedPairs: () => pairsValue(pairsOf(texts)),
        Names: () => pairsOf(texts).map(({ Name }) => Name),
        Values: () => pairsOf(texts).map(({ Value }) => Value),
        Remove: (names) => {
          if (!isList(names)) throw new TemplateFailure(`error calling Remove: ${textOf(names)} is no list`);
          const gone = new Set(names.map(textOf));
          return textsValue(Object.fromEntries(Object.entries(texts).filter(([name]) => !gone.has(name))));
        },
      },
    },
  );
}

function pairsValue(pairs: readonly Pair[]): Value {
  const nature = { typeName: 'template.Pair', methods: {}, isStruct: true };
  return withNature(
    pairs.map((pair) => withNature({ ...pair }, { ...nature, printed: `{${pair.Name} ${pair.Value}}` })),
    {
      typeName: 'template.Pairs',
      methods: {
        Names: () => pairs.map(({ Name }) => Name),
        Values: () => pairs.map(({ Value }) => Value),
      },
    },
  );
}
