import { TextField } from "../changes/form";
import { SendForm } from "../sendform";

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  needed?: boolean;
}

interface Props {
  about: string;
  fields: FieldProps[];
  action: string;
  onSend: (values: Record<string, string>) => Promise<void>;
  onCancel: () => void;
}

/** A few lines of text that are sent; Esc leaves it. */
export const AskForm = ({ fields, action, ...rest }: Props) => (
  <SendForm {...rest} buttons={[{ label: action }]}>
    {fields.map((field) => (
      <TextField key={field.name} maxLength={500} {...field} />
    ))}
  </SendForm>
);
