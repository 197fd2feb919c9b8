package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The peers, by their packages, in the newest versions that the Node runs that is
// wanted for the console.
func peerPackages() map[string][]string {
	return map[string][]string{
		"n8n":      {"n8n@2.8.4"},
		"node-red": {"node-red@4.1.15"},
		"jackson":  {"@boxyhq/saml-jackson@26.2.0", "better-sqlite3"},
	}
}

// rival is a product that does a job beside the others.
type rival struct {
	name  string
	keeps string // what it keeps of what it did
	cmd   *exec.Cmd
	url   string // that the job is asked at
}

// figure is one thing that was measured of one product.
type figure struct {
	Job     string  `json:"job"`
	Product string  `json:"product"`
	Rate    float64 `json:"a_second"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	CPU     float64 `json:"cpu_ms_each"`
	Memory  int     `json:"memory_mb"`
	Note    string  `json:"note,omitempty"`
}

// peers measures other products and ours, one after another, doing the same in the
// same run.
func (b bench) peers(ctx context.Context) error {
	var err error
	if b.peersIn, err = filepath.Abs(b.peersIn); err != nil { // they are started from elsewhere
		return err
	}
	if err := b.install(ctx); err != nil {
		return err
	}
	var all []figure
	for _, measure := range []func(context.Context) ([]figure, error){b.flowPeers, b.identityPeers} {
		got, err := measure(ctx)
		all = append(all, got...)
		if err != nil {
			return err
		}
	}
	return b.reportPeers(ctx, all)
}

func (b bench) peerDir(name string) string { return filepath.Join(b.peersIn, name) }

// install has npm fetch what is not there yet.
func (b bench) install(ctx context.Context) error {
	for name, packages := range peerPackages() {
		dir := b.peerDir(name)
		if _, err := os.Stat(filepath.Join(dir, "node_modules", strings.TrimSuffix(packages[0], packages[0][strings.LastIndexByte(packages[0], '@'):]))); err == nil {
			continue
		}
		b.say("installing %s", packages[0])
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
		// One package of n8n is not on the registry in the version that it names, and has
		// no part in the job.
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true,"overrides":{"xlsx":"0.18.5"}}`), 0o600); err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, "npm", append([]string{"install", "--no-audit", "--no-fund", "--omit=dev"}, packages...)...) //nolint:gosec // our own words
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("install %s: %w: %s", name, err, out[max(0, len(out)-500):])
		}
	}
	return nil
}

// startPeer starts a program and waits until something answers at an address of it.
func startPeer(ctx context.Context, p *rival, dir, ready string, env []string, args ...string) error {
	p.cmd = exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // our own words
	p.cmd.Dir, p.cmd.Env = dir, append(os.Environ(), env...)
	var said bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = &said, &said
	if err := p.cmd.Start(); err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < 3*time.Minute && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if fetch(ctx, ready) == nil {
			return nil
		}
	}
	p.stop()
	return fmt.Errorf("%s is not ready: %s", p.name, said.String())
}

// stop ends the program and those that it started.
func (p *rival) stop() {
	for _, pid := range family(p.cmd.Process.Pid) {
		if one, err := os.FindProcess(pid); err == nil {
			_ = one.Kill()
		}
	}
	_ = p.cmd.Wait()
}

// family is a process and all that it started and these started.
func family(pid int) []int {
	children := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return []int{pid}
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		end := bytes.LastIndexByte(text, ')')
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if end < 0 || err != nil {
			continue
		}
		if parent, err := strconv.Atoi(strings.Fields(string(text[end+1:]))[1]); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	out := []int{pid}
	for i := 0; i < len(out); i++ {
		out = append(out, children[out[i]]...)
	}
	return out
}

// usage is the CPU time and the memory in megabytes of a program with all that it
// started.
func (p *rival) usage() (cpu time.Duration, memory int) {
	for _, pid := range family(p.cmd.Process.Pid) {
		one := &server{cmd: &exec.Cmd{Process: &os.Process{Pid: pid}}}
		cpu += one.cpu()
		memory += one.memory() >> 20
	}
	return cpu, memory
}

func freeAddr(ctx context.Context) (string, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// peerFlow is the job: a webhook, a condition, and three calls.
const peerFlow = `flow: bench
connections: { api: http }
trigger: { api: { access: public, wait: false, inputs: { id: text, severity: text, data: object } } }
save_data: true
cards:
  - { id: only, stop: it is not high, unless: { a: "{{ input.severity }}", is: "==", b: high } }
  - { id: one, use: api.request, with: { method: GET, url: "%[1]s/step/1?id={{ input.id }}" } }
  - { id: two, use: api.request, with: { method: GET, url: "%[1]s/step/2?id={{ input.id }}" } }
  - { id: three, use: api.request, with: { method: GET, url: "%[1]s/step/3?id={{ input.id }}" } }
`

// flowProducts are those that the flow is measured of, in their order.
func (b bench) flowProducts() iter.Seq2[string, func(context.Context, string, string) (*rival, error)] {
	return func(yield func(string, func(context.Context, string, string) (*rival, error)) bool) {
		_ = yield("Sallyport", b.sallyportFlow) && yield("n8n", b.n8nFlow) && yield("Node-RED", b.nodeRedFlow)
	}
}

// atOnce is how many runs are kept under way: with many more some products answer
// nobody any more.
const atOnce = 10

// flowPeers measures the flow on each product: as many runs as some at once make,
// and how long one takes at ten a second.
func (b bench) flowPeers(ctx context.Context) ([]figure, error) {
	var out []figure
	for name, begin := range b.flowProducts() {
		if b.on != "" && !strings.EqualFold(b.on, name) {
			continue
		}
		got, err := b.flowPeer(ctx, begin)
		if err != nil && ctx.Err() == nil { // what the others do is worth knowing all the same
			b.say("%s: not measured: %v", name, err)
			continue
		} else if err != nil {
			return out, err
		}
		b.say("%s: %.0f runs/s, %.2f ms of CPU a run, %d MB; at 10/s p50 %.1f ms, p99 %.1f ms (%s)", got.Product, got.Rate, got.CPU, got.Memory, got.P50, got.P99, got.Note)
		out = append(out, got)
	}
	return out, nil
}

func (b bench) flowPeer(ctx context.Context, begin func(context.Context, string, string) (*rival, error)) (figure, error) {
	s := newStub()
	defer s.Close()
	dir, err := os.MkdirTemp("", "peer")
	if err != nil {
		return figure{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := begin(ctx, dir, s.URL)
	if err != nil {
		return figure{}, err
	}
	defer p.stop()
	g := load{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}, url: p.url, stub: s}
	if err := g.peak(ctx, 3*time.Second, atOnce); err != nil { // warm
		return figure{}, fmt.Errorf("%s: %w", p.name, err)
	}
	cpu, _ := p.usage()
	began, done := time.Now(), g.count()
	if err := g.peak(ctx, time.Duration(b.seconds)*time.Second, atOnce); err != nil {
		return figure{}, fmt.Errorf("%s: %w", p.name, err)
	}
	runs, took := g.count()-done, time.Since(began)
	after, memory := p.usage()
	p50, p99, err := g.rate(ctx, 10, time.Duration(b.seconds)*time.Second)
	if err != nil {
		return figure{}, fmt.Errorf("%s: %w", p.name, err)
	}
	return figure{
		Job: "flow of a webhook, a condition and three calls", Product: p.name, Rate: float64(runs) / took.Seconds(), P50: ms(p50), P99: ms(p99),
		CPU: ms(after-cpu) / float64(max(1, runs)), Memory: memory, Note: p.keeps,
	}, nil
}

func (b bench) sallyportFlow(ctx context.Context, dir, stub string) (*rival, error) {
	v, err := b.serve(ctx, dir, "")
	if err != nil {
		return nil, err
	}
	p := &rival{name: "Sallyport", keeps: "keeps each run with its data and each step, committed before the request is answered", cmd: v.cmd}
	if err := v.setUpFlow(ctx, fmt.Sprintf(peerFlow, stub), true, false); err != nil {
		p.stop()
		return nil, err
	}
	p.url = v.url
	return p, nil
}

// n8nFlow is the flow in n8n, which keeps executions in SQLite as it does by default.
func (b bench) n8nFlow(ctx context.Context, dir, stub string) (*rival, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	broker, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	_, brokerPort, _ := net.SplitHostPort(broker)
	env := []string{
		"N8N_USER_FOLDER=" + dir, "N8N_PORT=" + port, "N8N_LISTEN_ADDRESS=127.0.0.1", "N8N_RUNNERS_BROKER_PORT=" + brokerPort, "N8N_DIAGNOSTICS_ENABLED=false",
		"N8N_VERSION_NOTIFICATIONS_ENABLED=false", "N8N_TEMPLATES_ENABLED=false", "N8N_PERSONALIZATION_ENABLED=false", "N8N_LOG_LEVEL=warn", "NODE_ENV=production", "N8N_SECURE_COOKIE=false",
	}
	request := func(id string, x int) map[string]any {
		return map[string]any{
			"id": id, "name": id, "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "position": []int{x, 0},
			"parameters": map[string]any{"url": "={{ '" + stub + "/step/" + id[len(id)-1:] + "?id=' + $('Webhook').first().json.body.id }}", "options": map[string]any{}},
		}
	}
	to := func(node string) map[string]any {
		return map[string]any{"main": [][]map[string]any{{{"node": node, "type": "main", "index": 0}}}}
	}
	wf := map[string]any{
		"id": "bench0001", "name": "bench", "active": false, "settings": map[string]any{"executionOrder": "v1"},
		"nodes": []map[string]any{
			{"id": "w", "name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "position": []int{0, 0}, "webhookId": "bench", "parameters": map[string]any{"httpMethod": "POST", "path": "bench", "options": map[string]any{}}},
			{"id": "i", "name": "If", "type": "n8n-nodes-base.if", "typeVersion": 2.2, "position": []int{200, 0}, "parameters": map[string]any{"options": map[string]any{}, "conditions": map[string]any{
				"options": map[string]any{"caseSensitive": true, "typeValidation": "strict", "version": 2}, "combinator": "and",
				"conditions": []map[string]any{{"id": "c", "leftValue": "={{ $json.body.severity }}", "rightValue": "high", "operator": map[string]any{"type": "string", "operation": "equals"}}},
			}}},
			request("call1", 400), request("call2", 600), request("call3", 800),
		},
		"connections": map[string]any{"Webhook": to("If"), "If": to("call1"), "call1": to("call2"), "call2": to("call3")},
	}
	text, err := json.Marshal([]any{wf})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "flow.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	program := filepath.Join(b.peerDir("n8n"), "node_modules", ".bin", "n8n")
	for _, args := range [][]string{{"import:workflow", "--input=" + file}, {"publish:workflow", "--id=bench0001"}} {
		cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // our own words
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("n8n %s: %w: %s", args[0], err, out[max(0, len(out)-800):])
		}
	}
	p := &rival{name: "n8n", keeps: "keeps each execution with its data, written when it ends", url: "http://" + addr + "/webhook/bench"}
	if err := startPeer(ctx, p, dir, "http://"+addr+"/healthz", env, program, "start"); err != nil {
		return nil, err
	}
	// It answers before it has registered its webhooks.
	g := load{client: http.DefaultClient, url: p.url}
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(200 * time.Millisecond) {
		if g.post(ctx, "warm") == nil {
			return p, nil
		}
	}
	p.stop()
	return nil, errors.New("n8n did not register its webhook")
}

// nodeRedFlow is the flow in Node-RED, which keeps nothing of what ran.
func (b bench) nodeRedFlow(ctx context.Context, dir, stub string) (*rival, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	call := func(n int, next ...string) map[string]any {
		return map[string]any{"id": fmt.Sprintf("call%d", n), "type": "http request", "z": "t", "method": "GET", "ret": "obj", "paytoqs": "ignore", "url": fmt.Sprintf("%s/step/%d?id={{{job}}}", stub, n), "headers": []string{}, "wires": [][]string{append([]string{}, next...)}}
	}
	flows := []map[string]any{
		{"id": "t", "type": "tab", "label": "bench"},
		{"id": "in", "type": "http in", "z": "t", "url": "/bench", "method": "post", "wires": [][]string{{"answer", "keep"}}},
		{"id": "answer", "type": "http response", "z": "t", "statusCode": "202", "wires": [][]string{}},
		{"id": "keep", "type": "change", "z": "t", "rules": []map[string]any{{"t": "set", "p": "job", "pt": "msg", "to": "payload.id", "tot": "msg"}}, "wires": [][]string{{"only"}}},
		{"id": "only", "type": "switch", "z": "t", "property": "payload.severity", "propertyType": "msg", "rules": []map[string]any{{"t": "eq", "v": "high", "vt": "str"}}, "checkall": "true", "outputs": 1, "wires": [][]string{{"call1"}}},
		call(1, "call2"), call(2, "call3"), call(3),
	}
	text, err := json.Marshal(flows)
	if err != nil {
		return nil, err
	}
	settings := `module.exports = { uiPort: ` + port + `, uiHost: "127.0.0.1", flowFile: "flows.json", telemetry: { enabled: false }, logging: { console: { level: "warn" } } }`
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "flows.json"), text, 0o600), os.WriteFile(filepath.Join(dir, "settings.js"), []byte(settings), 0o600)); err != nil {
		return nil, err
	}
	p := &rival{name: "Node-RED", keeps: "keeps nothing", url: "http://" + addr + "/bench"}
	return p, startPeer(ctx, p, dir, "http://"+addr+"/", nil, filepath.Join(b.peerDir("node-red"), "node_modules", ".bin", "node-red"), "-u", dir, "-s", filepath.Join(dir, "settings.js"))
}
