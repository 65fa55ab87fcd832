package guard

import (
	"fmt"
	"math/rand/v2"
	"os"
	osuser "os/user"
	"strings"
	"testing"

	"headroom/scaler/node/wire"
)

// desired has so many workers of each module, by one service that f may change.
func desired(perModule map[string]int, f func(*wire.Service)) wire.Desired {
	d := wire.Desired{Node: "n1", Version: "1", Services: map[string]*wire.Service{}}
	port := 9000
	for module, n := range perModule {
		s := &wire.Service{Module: module, Command: []string{"/opt/app/bin/server", "--port={port}"}, Limits: wire.Limits{CPUPercent: 40}}
		if f != nil {
			f(s)
		}
		d.Services[module] = s
		for i := range n {
			port++
			d.Workers = append(d.Workers, wire.Worker{ID: fmt.Sprintf("%s-%d", module, i), Service: module, Port: port})
		}
	}
	return d
}

var roomy = Limits{Cores: 8, MaxWorkers: 100, PerCore: 2}

func TestWhatAServiceMayBe(t *testing.T) {
	f := func(l Limits, change func(*wire.Service), want Rule) {
		t.Helper()
		l.Cores, l.MaxWorkers, l.PerCore = 8, 100, 2
		got, refused := l.Admit(desired(map[string]int{"m": 2}, change), nil)
		if want == "" {
			if len(refused) > 0 || len(got.Workers) != 2 {
				t.Errorf("refused: %+v; want all allowed", refused)
			}
			return
		}
		if len(refused) != 2 || refused[0].Rule != want || refused[0].Reason == "" || len(got.Workers)+len(got.Services) > 0 {
			t.Errorf("refused: %+v, allowed %+v; want all refused by %s", refused, got, want)
		}
	}
	command := func(c ...string) func(*wire.Service) { return func(s *wire.Service) { s.Command = c } }
	user := func(user, group string) func(*wire.Service) {
		return func(s *wire.Service) { s.User, s.Group = user, group }
	}
	mount := func(source string) func(*wire.Service) {
		return func(s *wire.Service) { s.Mounts = []wire.Mount{{Source: source, Target: "/etc/app"}} }
	}
	f(Limits{}, nil, "")
	f(Limits{Services: []string{"m", "other"}}, nil, "")
	f(Limits{Services: []string{"other"}}, nil, Services)

	f(Limits{Commands: []string{"/opt/app/bin/server"}}, nil, "")
	f(Limits{Commands: []string{"/opt/*/bin/*"}}, nil, "")
	f(Limits{Commands: []string{"/opt/*"}}, nil, Commands) // a star stays in its directory
	f(Limits{Commands: []string{"/opt/*/bin/*"}}, command("/opt/app/bin/../../../bin/sh"), Commands)
	f(Limits{Commands: []string{"/opt/*"}}, command("server"), Commands)
	f(Limits{Commands: []string{"/opt/*"}}, command("/opt/{module}"), Commands)
	f(Limits{Commands: []string{"/opt/app/bin/server"}}, func(s *wire.Service) { s.Env = map[string]string{"LD_PRELOAD": "/tmp/x.so"} }, Commands)
	f(Limits{Commands: []string{"/opt/app/bin/server"}}, func(s *wire.Service) { s.Env = map[string]string{"GCONV_PATH": "/tmp"} }, Commands)

	// A mount could replace the program or its libraries.
	f(Limits{}, mount("/tmp/x"), "")
	f(Limits{Commands: []string{"/opt/app/bin/server"}}, mount("/tmp/x"), Mounts)
	f(Limits{Commands: []string{"/opt/app/bin/server"}, Mounts: []string{"/srv/config"}}, mount("/srv/config/m"), "")
	f(Limits{Mounts: []string{"/srv/config"}}, mount("/srv/config"), "")
	f(Limits{Mounts: []string{"/srv/config"}}, mount("/srv/config2"), Mounts)

	f(Limits{}, user("daemon", ""), "")
	f(Limits{}, user("root", ""), Users)
	f(Limits{}, user("0", ""), Users)
	f(Limits{}, user("00", ""), Users)
	f(Limits{}, user("4294967296", ""), Users) // 0 in 32 bits
	f(Limits{}, user("daemon", "root"), Users)
	f(Limits{}, user("daemon", "0"), Users)
	f(Limits{Users: []string{"root"}}, user("0", ""), "")

	// The disk's group can read and write all files, the shadow's all passwords.
	f(Limits{}, user("", "disk"), Users)
	f(Limits{}, user("daemon", "6"), Users)
	f(Limits{Users: []string{"daemon"}}, user("daemon", "disk"), Users)
	if _, err := osuser.LookupId("15"); err != nil {
		f(Limits{}, user("15", ""), Users) // nobody's number, but the group of the kernel's memory
	}
	f(Limits{}, user("daemon", "daemon"), "")
	f(Limits{}, user("123456", ""), "")
	f(Limits{}, user("daemon", "123456"), "")
	f(Limits{Groups: []string{"disk"}}, user("", "disk"), "")
	f(Limits{Groups: []string{"6"}}, user("", "disk"), "")
	f(Limits{Users: []string{"daemon"}}, user("root", ""), Users)
	f(Limits{Users: []string{"daemon"}}, user("daemon", ""), "")
	f(Limits{Users: []string{"daemon"}}, user("", ""), Users)
	f(Limits{Users: []string{"nobody"}}, user("", ""), "")

	f(Limits{MaxMemory: 1 << 30}, func(s *wire.Service) { s.Limits.Memory = 1<<30 + 1 }, Memory)
}

func TestAMountDoesNotLeadElsewhere(t *testing.T) {
	dir := t.TempDir()
	for link, to := range map[string]string{"elsewhere": "/etc", "current": dir + "/release-1", "site": dir} {
		if err := os.Symlink(to, dir+"/"+link); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir+"/release-1", 0o755); err != nil {
		t.Fatal(err)
	}
	f := func(allowed, source string, want bool) {
		t.Helper()
		l := roomy
		l.Mounts = []string{allowed}
		d := desired(map[string]int{"m": 1}, func(s *wire.Service) { s.Mounts = []wire.Mount{{Source: source, Target: "/mnt"}} })
		if _, refused := l.Admit(d, nil); (len(refused) == 0) != want {
			t.Errorf("%s, where %s may be mounted: refused %+v", source, allowed, refused)
		}
	}
	f(dir, dir+"/current", true)
	f(dir, dir+"/missing", true) // its worker says so
	f(dir+"/site", dir+"/site/release-1", true)
	f(dir, dir+"/elsewhere", false)
	f(dir, dir+"/elsewhere/ssl", false)
}

func TestQuotaAndMemoryAreBroughtToWhatTheNodeAllows(t *testing.T) {
	l := roomy
	l.MinCPUPercent, l.MaxMemory = 5, 1<<30
	before := desired(map[string]int{"low": 1, "high": 1}, func(s *wire.Service) {
		if s.Module == "low" {
			s.Limits.CPUPercent = 0.001
		}
	})
	got, refused := l.Admit(before, nil)
	if len(refused) > 0 || got.Services["low"].Limits.CPUPercent != 5 || got.Services["high"].Limits.CPUPercent != 40 || got.Services["low"].Limits.Memory != 1<<30 {
		t.Errorf("refused %+v, low %+v, high %+v", refused, got.Services["low"].Limits, got.Services["high"].Limits)
	}
	if before.Services["low"].Limits.CPUPercent != 0.001 || before.Services["low"].Limits.Memory != 0 {
		t.Error("the server's own state was changed")
	}
}

func TestTheQuotaOfAServiceThatNamesNoneIsRaisedToo(t *testing.T) {
	l := roomy
	for least, want := range map[float64]float64{0: 0, 40: 0, 60: 60} {
		l.MinCPUPercent = least
		got, _ := l.Admit(desired(map[string]int{"m": 1}, func(s *wire.Service) { s.Limits.CPUPercent = 0 }), nil)
		if is := got.Services["m"].Limits.CPUPercent; is != want {
			t.Errorf("at least %g: %g, want %g", least, is, want)
		}
	}
}

func TestWhoRunsStaysWhenThereIsNotRoomForAll(t *testing.T) {
	l := roomy
	l.MaxWorkers = 3
	_, refused := l.Admit(desired(map[string]int{"m": 5}, nil), []Here{{"m-2", "m"}, {"m-3", "m"}, {"m-4", "m"}})
	if len(refused) != 2 || refused[0].Worker.ID != "m-0" || refused[1].Worker.ID != "m-1" || refused[0].Rule != MaxWorkers {
		t.Errorf("%+v", refused)
	}
}

func TestWhoHasToGoCountsUntilItHasEnded(t *testing.T) {
	l := roomy
	l.MaxWorkers = 3
	old := []Here{{"old-1", "m"}, {"old-2", "gone"}}
	got, refused := l.Admit(desired(map[string]int{"m": 3}, nil), old)
	if len(got.Workers) != 1 || len(refused) != 2 || !strings.Contains(refused[0].Reason, "2 that have to go have not ended yet") {
		t.Errorf("%+v", refused)
	}
	if _, refused := l.Admit(desired(map[string]int{"m": 3}, nil), nil); len(refused) > 0 {
		t.Errorf("%+v", refused)
	}
}

func TestAPortIsOneWorkersOnly(t *testing.T) {
	d := desired(map[string]int{"m": 3}, nil)
	d.Workers[2].Port = d.Workers[0].Port
	_, refused := roomy.Admit(d, nil)
	if len(refused) != 1 || refused[0].Rule != Port || !strings.Contains(refused[0].Reason, "m-0") {
		t.Errorf("%+v", refused)
	}
}

// Whatever is asked for, the limits hold, every worker is either allowed or refused,
// and nobody is refused while there is room.
func TestLimitsHoldForAnyDesiredState(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := Limits{Cores: float64(r.IntN(9)), MaxWorkers: 1 + r.IntN(30), PerCore: float64(r.IntN(5)) / 2}
		d := desired(map[string]int{"a": r.IntN(30), "b": r.IntN(30), "c": r.IntN(3)}, nil)
		var here []Here
		for _, w := range d.Workers {
			if r.IntN(2) == 0 {
				here = append(here, Here{w.ID, w.Service})
			}
		}
		for i := range r.IntN(4) {
			here = append(here, Here{fmt.Sprint("old-", i), "b"})
		}
		got, refused := l.Admit(d, here)
		perService, old := map[string]int{}, map[string]int{}
		for _, h := range here {
			if strings.HasPrefix(h.ID, "old") {
				old[h.Service]++
			}
		}
		for _, w := range got.Workers {
			perService[w.Service]++
		}
		most := max(1, int(l.PerCore*l.Cores))
		for module, n := range perService {
			if n+old[module] > most || got.Services[module] == nil {
				t.Fatalf("seed %d: %d workers of %s; at most %d", seed, n, module, most)
			}
		}
		if all := len(got.Workers); all > 0 && all+old["b"] > l.MaxWorkers || len(got.Workers)+len(refused) != len(d.Workers) {
			t.Fatalf("seed %d: %d allowed and %d refused of %d; at most %d", seed, len(got.Workers), len(refused), len(d.Workers), l.MaxWorkers)
		}
		for _, no := range refused {
			if no.Rule == PerCore && perService[no.Worker.Service]+old[no.Worker.Service] < most || no.Rule == MaxWorkers && len(got.Workers)+old["b"] < l.MaxWorkers {
				t.Fatalf("seed %d: refused with room left: %+v", seed, no)
			}
		}
	}
}
