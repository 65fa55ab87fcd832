package state

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// writerPath makes the test binary a program that writes notes until it is killed.
const writerPath = "HEADROOM_STATE_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerPath); path != "" {
		writeForever(path)
	}
	os.Exit(m.Run())
}

func writeForever(path string) {
	db, err := Open(path)
	for i := 1; err == nil; i++ {
		if err = db.Checkpoints().Save(context.Background(), "n", []byte(strconv.Itoa(i))); err == nil {
			fmt.Println(i)
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

func TestKilledWriterLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for round := range 3 {
		acknowledged := killAfter(t, path, 50+17*round)
		db := mustOpen(t, path)
		value, _, err := db.Checkpoints().Load(t.Context(), "n")
		must(t, err)
		if kept, _ := strconv.Atoi(string(value)); kept < acknowledged {
			t.Errorf("round %d: %d kept, %d acknowledged", round, kept, acknowledged)
		}
		must(t, db.Close())
	}
}

// killAfter starts a writer, kills it when it has acknowledged n changes, and
// returns the last that it acknowledged.
func killAfter(t *testing.T, path string, n int) (acknowledged int) {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), writerPath+"="+path)
	out, err := writer.StdoutPipe()
	must(t, err)
	must(t, writer.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Errorf("writer: %s", lines.Text())
			break
		}
		acknowledged = i
		if i == n {
			must(t, writer.Process.Kill())
		}
	}
	_ = writer.Wait() // it was killed
	if acknowledged < n {
		t.Fatalf("the writer ended after %d changes", acknowledged)
	}
	return acknowledged
}
