package task

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/scaler/node/wire"
)

type metrics struct {
	ended *prometheus.CounterVec
	files *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, d *Dispatcher) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		ended: f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_task_ended_total", Help: "Tasks of nodes that came to an end, by how."}, []string{"result"}),
		files: f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_task_file_requests_total", Help: "Requests of nodes for files of tasks, by what came of them."}, []string{"result"}),
	}
	for _, s := range []wire.TaskState{wire.TaskDone, wire.TaskFailed, wire.TaskRefused, wire.TaskUnknown, wire.TaskLost} {
		m.ended.WithLabelValues(string(s))
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "headroom_task_open", Help: "Tasks that nodes shall do and have not ended."}, d.openTasks)
	return m
}

func (d *Dispatcher) openTasks() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, k := range d.desks {
		n += k.open()
	}
	return float64(n)
}
