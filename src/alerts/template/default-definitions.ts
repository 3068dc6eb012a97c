/**
 * The templates that every receiver's template finds, under the names that Alertmanager gives its own: what they say is what
 * those say, so that a file that uses or builds on them serves both. `email.default.html` alone looks otherwise.
 */

/** What all channels share, and what each names. */
export const DEFAULT_DEFINITIONS = `
{{- define "__alertmanager" }}Alertmanager{{ end }}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}{{ end }}
{{- define "__subject" -}}
  [{{ toUpper .Status }}{{ if eq "firing" .Status }}:{{ len .Alerts.Firing }}{{ end }}] {{ join " " .GroupLabels.Values }}{{ " " }}
  {{- if lt (len .GroupLabels) (len .CommonLabels) }}({{ join " " (.CommonLabels.Remove .GroupLabels.Names).Values }}){{ end }}
{{- end }}
{{- define "__description" }}{{ end }}
{{- define "__pairs" }}{{ range .SortedPairs }}{{ printf " - %s = %s\\n" .Name .Value }}{{ end }}{{ end }}
{{- define "__text_alert_list" -}}
  {{- range . }}{{ "Labels:\\n" }}{{ template "__pairs" .Labels }}{{ "Annotations:\\n" }}{{ template "__pairs" .Annotations }}
  {{- printf "Source: %s\\n" .GeneratorURL }}{{ end }}
{{- end }}
{{- define "__firing_and_resolved" -}}
  {{- "\\n" }}{{ with .Alerts.Firing }}{{ "\\nAlerts Firing:\\n" }}{{ template "__text_alert_list" . }}{{ "\\n" }}{{ end }}
  {{- "\\n" }}{{ with .Alerts.Resolved }}{{ "\\nAlerts Resolved:\\n" }}{{ template "__text_alert_list" . }}{{ "\\n" }}{{ end }}
  {{- "\\n" }}
{{- end }}

{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "slack.default.fallback" }}{{ template "__subject" . }} | {{ template "__alertmanagerURL" . }}{{ end }}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "slack.default.callbackid" }}{{ end }}
{{- define "slack.default.pretext" }}{{ end }}
{{- define "slack.default.iconemoji" }}{{ end }}
{{- define "slack.default.iconurl" }}{{ end }}
{{- define "slack.default.text" }}{{ end }}
{{- define "slack.default.footer" }}{{ end }}

{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}

{{- define "telegram.default.message" }}{{ template "__firing_and_resolved" . }}{{ end }}
{{- define "discord.default.title" }}{{ template "__subject" . }}{{ end }}
{{- define "discord.default.message" }}{{ template "__firing_and_resolved" . }}{{ end }}

{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
{{- define "email.default.html" -}}
  <!doctype html><meta charset="utf-8"><body><h2>{{ template "__subject" . }}</h2>
  {{- range .Alerts }}<h3>{{ .Labels.alertname }} ({{ .Status }})</h3><p>
    {{- range .Labels.SortedPairs }}{{ .Name }} = {{ .Value }}<br>{{ end }}</p><p>
    {{- range .Annotations.SortedPairs }}{{ .Name }} = {{ .Value }}<br>{{ end }}</p>
    {{- with .GeneratorURL }}<p><a href="{{ . }}">Source</a></p>{{ end }}
  {{- end }}<p><a href="{{ .ExternalURL }}">{{ .ExternalURL }}</a></p></body>
{{- end }}
`;
