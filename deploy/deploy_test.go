// Package deploy holds how the servers are put to work on machines: the files are
// for docker compose and Helm, and this is their test.
package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"

	"sallyport/internal/config"
)

// object is a part of a YAML document.
type object = map[string]any

// chart renders the Helm chart with the functions of Helm that it uses.
type chart struct {
	t      *testing.T
	values object
}

func newChart(t *testing.T, set ...object) *chart {
	t.Helper()
	c := &chart{t: t, values: readYAML(t, "helm/sallyport/values.yaml")}
	for _, s := range set {
		merge(c.values, s)
	}
	return c
}

func readYAML(t *testing.T, name string) object {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := yaml.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func merge(into, from object) {
	for k, v := range from {
		if to, ok := into[k].(object); ok {
			if of, ok := v.(object); ok {
				merge(to, of)
				continue
			}
		}
		into[k] = v
	}
}

func (c *chart) functions(set *template.Template) template.FuncMap {
	indent := func(n int, s string) string {
		return strings.ReplaceAll("\n"+s, "\n", "\n"+strings.Repeat(" ", n))
	}
	return template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out bytes.Buffer
			err := set.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"nindent":    indent,
		"trunc":      func(n int, s string) string { return s[:min(n, len(s))] },
		"trimSuffix": func(suffix, s string) string { return strings.TrimSuffix(s, suffix) },
		"quote":      func(v any) string { return fmt.Sprintf("%q", fmt.Sprint(v)) },
		"default": func(d, v any) any {
			if v == nil || v == "" {
				return d
			}
			return v
		},
		"join": func(sep string, list []any) string {
			var parts []string
			for _, v := range list {
				parts = append(parts, fmt.Sprint(v))
			}
			return strings.Join(parts, sep)
		},
		"toYaml": func(v any) (string, error) {
			text, err := yaml.Marshal(v)
			return strings.TrimSuffix(string(text), "\n"), err
		},
		"required": func(why string, v any) (any, error) {
			if v == nil || v == "" {
				return nil, errors.New(why)
			}
			return v, nil
		},
		"fail": func(why string) (string, error) { return "", errors.New(why) },
	}
}

// render returns the documents of the chart, by kind and name.
func (c *chart) render() (map[string]object, error) {
	c.t.Helper()
	set := template.New("chart").Option("missingkey=error")
	set.Funcs(c.functions(set))
	files, err := filepath.Glob("helm/sallyport/templates/*")
	if err != nil || len(files) == 0 {
		c.t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			c.t.Fatal(err)
		}
		template.Must(set.New(filepath.Base(file)).Parse(string(text)))
	}
	about := readYAML(c.t, "helm/sallyport/Chart.yaml")
	data := object{"Values": c.values, "Release": object{"Name": "guard", "Service": "Helm"}, "Chart": object{"AppVersion": about["appVersion"]}}
	out := map[string]object{}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "_") {
			continue
		}
		var text bytes.Buffer
		if err := set.ExecuteTemplate(&text, filepath.Base(file), data); err != nil {
			return nil, err
		}
		for docs := yaml.NewDecoder(&text); ; {
			var doc object
			if err := docs.Decode(&doc); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", file, err, &text)
			}
			if doc == nil {
				continue
			}
			key := fmt.Sprint(doc["kind"], " ", at(doc, "metadata", "name"))
			if out[key] != nil {
				return nil, fmt.Errorf("there are two of %s", key)
			}
			out[key] = doc
		}
	}
	return out, nil
}

func (c *chart) must() map[string]object {
	c.t.Helper()
	docs, err := c.render()
	if err != nil {
		c.t.Fatal(err)
	}
	return docs
}

// at returns what stands at a path; of lists the first.
func at(v any, path ...string) any {
	for _, key := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v = o[key]
	}
	return v
}

var external = object{"database": object{"secretName": "db"}}

func kinds(docs map[string]object) []string { return slices.Sorted(maps.Keys(docs)) }

// With the values as they are and a database, everything is there that servers need
// which come and go.
func TestChart(t *testing.T) {
	docs := newChart(t, external).must()
	want := []string{"Deployment guard", "NetworkPolicy guard", "PodDisruptionBudget guard", "Service guard"}
	if got := kinds(docs); !slices.Equal(got, want) {
		t.Fatalf("the chart has %v", got)
	}
	d := docs["Deployment guard"]
	labels, _ := at(d, "spec", "template", "metadata", "labels").(object)
	for what, selector := range map[string]any{
		"the deployment": at(d, "spec", "selector", "matchLabels"), "the service": at(docs["Service guard"], "spec", "selector"),
		"the disruption budget": at(docs["PodDisruptionBudget guard"], "spec", "selector", "matchLabels"), "the policy": at(docs["NetworkPolicy guard"], "spec", "podSelector", "matchLabels"),
	} {
		chosen, _ := selector.(object)
		for k, v := range chosen {
			if labels[k] != v {
				t.Errorf("%s chooses %s=%v, and the servers have %v", what, k, v, labels[k])
			}
		}
		if len(chosen) == 0 {
			t.Errorf("%s chooses everything", what)
		}
	}
	if at(d, "spec", "replicas") != 2 || at(d, "spec", "strategy", "rollingUpdate", "maxUnavailable") != 0 {
		t.Errorf("the deployment is %v", d["spec"])
	}
	pod := at(d, "spec", "template", "spec")
	server := at(pod, "containers")
	for path, want := range map[string]any{"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false} {
		if got := at(server, "securityContext", path); got != want {
			t.Errorf("%s is %v", path, got)
		}
	}
	if at(pod, "securityContext", "runAsNonRoot") != true || at(pod, "automountServiceAccountToken") != false || fmt.Sprint(at(server, "securityContext", "capabilities", "drop")) != "[ALL]" {
		t.Error("the servers may do more than they need")
	}
	for probe, path := range map[string]string{"livenessProbe": "/healthz", "startupProbe": "/healthz", "readinessProbe": "/readyz"} {
		if got := at(server, probe, "httpGet", "path"); got != path {
			t.Errorf("the %s asks %v", probe, got)
		}
	}
	mounted(t, pod)
}

// mounted sees that what is mounted is there, and the key readable for nobody else.
func mounted(t *testing.T, pod any) {
	t.Helper()
	volumes := map[any]any{}
	list, _ := at(pod, "volumes").([]any)
	for _, v := range list {
		volumes[at(v, "name")] = v
	}
	mounts, _ := at(pod, "containers", "volumeMounts").([]any)
	for _, m := range mounts {
		if volumes[at(m, "name")] == nil {
			t.Errorf("%v is mounted and not there", at(m, "name"))
		}
	}
	if mode := at(volumes["key"], "secret", "defaultMode"); mode != 0o440 {
		t.Errorf("the key has mode %v", mode)
	}
}

// Everything that can be switched on is well-formed, and together.
func TestChartWithEverything(t *testing.T) {
	docs := newChart(t, object{
		"postgresql":  object{"enabled": true, "storageClass": "fast"},
		"autoscaling": object{"enabled": true}, "serviceMonitor": object{"enabled": true},
		"ingress": object{"enabled": true, "host": "gate.example.com", "className": "nginx", "tlsSecretName": "tls", "annotations": object{"a/b": "c"}},
		"baseURL": "https://gate.example.com", "trustedProxies": []any{"10.0.0.0/8", "fd00::/8"}, "options": object{"WORKERS": "32"}, "optionSecrets": []any{"mail"},
		"networkPolicy": object{"from": []any{object{"namespaceSelector": object{}}}}, "nodeSelector": object{"a": "b"}, "tolerations": []any{object{"key": "k"}}, "podAnnotations": object{"x": "y"},
	}).must()
	want := []string{"Deployment guard", "HorizontalPodAutoscaler guard", "Ingress guard", "NetworkPolicy guard", "NetworkPolicy guard-postgresql", "PodDisruptionBudget guard", "Service guard", "Service guard-postgresql", "ServiceMonitor guard", "StatefulSet guard-postgresql"}
	if got := kinds(docs); !slices.Equal(got, want) {
		t.Errorf("the chart has %v", got)
	}
	if n := at(docs["Deployment guard"], "spec", "replicas"); n != nil {
		t.Errorf("the deployment wants %v servers, and the autoscaler other ones", n)
	}
	if at(docs["HorizontalPodAutoscaler guard"], "spec", "scaleTargetRef", "name") != "guard" || at(docs["Ingress guard"], "spec", "rules", "host") != "gate.example.com" {
		t.Errorf("%v %v", docs["HorizontalPodAutoscaler guard"], docs["Ingress guard"])
	}
	conf := configured(t, environment(t, at(docs["Deployment guard"], "spec", "template", "spec", "containers", "env")))
	if conf.Workers != 32 || conf.URL() != "https://gate.example.com" || len(conf.Proxies) != 2 || !strings.Contains(conf.DSN(), "@guard-postgresql:5432/") {
		t.Errorf("the server is configured as %+v", conf)
	}
}

// environment returns variables as a container gets them.
func environment(t *testing.T, list any) (out []string) {
	t.Helper()
	vars, _ := list.([]any)
	for _, v := range vars {
		value, plain := at(v, "value").(string)
		if !plain {
			value = "s3cret"
		}
		if name := fmt.Sprint(at(v, "name")); strings.HasPrefix(name, "SALLYPORT_") {
			out = append(out, name+"="+value)
		}
	}
	return out
}

// configured has the server itself read variables: it refuses those that it does not
// know.
func configured(t *testing.T, environ []string) config.Config {
	t.Helper()
	conf, err := config.Load("", environ)
	if err != nil {
		t.Fatalf("%v: %v", environ, err)
	}
	return conf
}

// What is missing is said.
func TestChartRefuses(t *testing.T) {
	for why, c := range map[string]*chart{
		"database.secretName": newChart(t),
		"ingress.host":        newChart(t, external, object{"ingress": object{"enabled": true}}),
	} {
		if _, err := c.render(); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("without %s: %v", why, err)
		}
	}
}

// The servers of the compose file have one database and one key file, and lie behind
// the proxy that they believe.
func TestCompose(t *testing.T) {
	file := readYAML(t, "compose.yaml")
	services, _ := file["services"].(object)
	if len(services) != 4 {
		t.Fatalf("there are %v", services)
	}
	for _, name := range []string{"one", "two"} {
		s, _ := services[name].(object)
		env, _ := s["environment"].(object)
		var environ []string
		for k, v := range env {
			text, _, _ := strings.Cut(fmt.Sprint(v), "${SALLYPORT_BASE_URL")
			if text == "" {
				text = "http://localhost:8080"
			}
			environ = append(environ, k+"="+strings.ReplaceAll(text, "${POSTGRES_PASSWORD:?set it in .env}", "s3cret"))
		}
		conf := configured(t, environ)
		if s["read_only"] != true || s["user"] != "65532:65532" || s["hostname"] != name || !strings.Contains(conf.DSN(), "@postgresql:5432/") || conf.Key() != "/run/key/sallyport.key" {
			t.Errorf("%s is %v", name, s)
		}
		if proxies := fmt.Sprint(at(file["networks"], "inside", "ipam", "config", "subnet")); !slices.Equal(conf.Proxies, []string{proxies}) {
			t.Errorf("%s believes %v, and the proxy is in %s", name, conf.Proxies, proxies)
		}
	}
	caddy := fmt.Sprint(at(file["configs"], "caddy", "content"))
	if !strings.Contains(caddy, "one:8080 two:8080") || !strings.Contains(caddy, "/readyz") {
		t.Errorf("the proxy does %s", caddy)
	}
}

// The image, the compose file and the chart run the program as one user: what one of
// them owns the others may write.
func TestOneUser(t *testing.T) {
	image, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	deployment, err := os.ReadFile("helm/sallyport/templates/deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	user := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindStringSubmatch(string(image))
	if user == nil || user[1] != user[2] || user[1] == "0" {
		t.Fatalf("the image runs as %v", user)
	}
	one, _ := at(readYAML(t, "compose.yaml")["services"], "one").(object)
	if one["user"] != user[1]+":"+user[1] || fmt.Sprint(one["tmpfs"].([]any)[0]) != "/data:uid="+user[1]+",gid="+user[1]+",mode=0700" {
		t.Errorf("compose has %v and %v, the image %s", one["user"], one["tmpfs"], user[1])
	}
	for _, setting := range []string{"runAsUser", "runAsGroup", "fsGroup"} {
		if !strings.Contains(string(deployment), setting+": "+user[1]+"\n") {
			t.Errorf("the chart has another %s than the image's %s", setting, user[1])
		}
	}
	if !strings.Contains(string(image), "chown "+user[1]+":"+user[1]+" /out/data") {
		t.Errorf("the folder of the image is not %s's", user[1])
	}
}
