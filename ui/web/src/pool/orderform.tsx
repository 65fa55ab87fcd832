import { AskForm } from "../alarms/askform";
import { keepName, keptName } from "../alarms/name";
import { useAsksName } from "../me";
import { useText } from "../text/language";

interface Props {
  about: string;
  action: string;
  field?: { label: string; value: string } | undefined; // asked for beside the reason
  needsReason?: boolean;
  send: (order: { who: string; reason: string }, value: string) => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
}

/** What somebody orders, why, and who it is. */
export function OrderForm({ about, action, field, needsReason = false, send, onDone, onCancel }: Props) {
  const text = useText().pool.actions;
  const asksName = useAsksName();
  return (
    <AskForm
      about={about}
      fields={[
        ...(field ? [{ name: "value", ...field }] : []),
        { name: "reason", label: text.reason, hint: text.reasonHint, needed: needsReason },
        ...(asksName ? [{ name: "who", label: text.name, value: keptName() }] : []),
      ]}
      action={action}
      onSend={async ({ value = "", reason = "", who = "" }) => {
        if (asksName) keepName(who);
        await send({ who, reason }, value);
        onDone();
      }}
      onCancel={onCancel}
    />
  );
}
