"""Trajectory-balance training of a GFlowNet in torchgfn or gfnx, for comparison. Prints one line of JSON.

The network of ours: 2 hidden layers, forward and backward logits from one trunk, Adam 1e-3, log Z 0.1, trajectories of
the policy itself. Only training is timed, after some steps to warm up (and, for gfnx, to compile).

Usage: python3 peer_gflownets.py '{"library": "torchgfn", "environment": "grid", "batch": 16, "steps": 50, ...}'
"""

import json
import os
import sys
import time

S = json.loads(sys.argv[1])
THREADS, BATCH, STEPS, WIDTH = S["threads"], S["batch"], S["steps"], S["width"]
# Both libraries size their pools when they are imported.
os.environ["OMP_NUM_THREADS"] = str(THREADS)
os.environ["XLA_FLAGS"] = (
    f"--xla_cpu_multi_thread_eigen={str(THREADS > 1).lower()} intra_op_parallelism_threads={THREADS}"
)
os.environ["JAX_PLATFORMS"] = "cpu"
WARM_UP = 5


def torchgfn():
    import torch
    from gfn.estimators import DiscretePolicyEstimator
    from gfn.gflownet import TBGFlowNet
    from gfn.gym import HyperGrid, SetAddition
    from gfn.preprocessors import IdentityPreprocessor, KHotPreprocessor
    from gfn.samplers import Sampler
    from gfn.utils.modules import MLP

    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    if S["environment"] == "grid":
        corners = {"R0": S["r0"], "R1": 0.5, "R2": 2.0}
        env = HyperGrid(S["dimensions"], S["side"], reward_fn_str="original", reward_fn_kwargs=corners)
        preprocessor = KHotPreprocessor(height=S["side"], ndim=S["dimensions"])
    else:
        energies = torch.tensor(S["energies"])
        reward = lambda sets: torch.exp(-(sets * energies).sum(-1))  # noqa: E731
        env = SetAddition(len(energies), S["chosen"], reward, fixed_length=True)
        preprocessor = IdentityPreprocessor(output_dim=len(energies))
    inputs = preprocessor.output_dim
    forward = MLP(inputs, env.n_actions, hidden_dim=WIDTH, n_hidden_layers=2)
    backward = MLP(inputs, env.n_actions - 1, trunk=forward.trunk)
    pf = DiscretePolicyEstimator(forward, env.n_actions, preprocessor=preprocessor)
    pb = DiscretePolicyEstimator(backward, env.n_actions, preprocessor=preprocessor, is_backward=True)
    network = TBGFlowNet(pf=pf, pb=pb, init_logZ=0.0)
    sampler = Sampler(estimator=pf)
    optimiser = torch.optim.Adam(network.pf_pb_parameters(), lr=1e-3)
    optimiser.add_param_group({"params": network.logz_parameters(), "lr": 0.1})

    def train(steps):
        for _ in range(steps):
            trajectories = sampler.sample_trajectories(env, n=BATCH, save_logprobs=True, save_estimator_outputs=False)
            optimiser.zero_grad()
            network.loss(env, trajectories, recalculate_all_logprobs=False).backward()
            optimiser.step()

    return train


def gfnx():
    import equinox as eqx
    import gfnx
    import jax
    import jax.numpy as jnp
    import optax

    reward = gfnx.GeneralHypergridRewardModule(R0=S["r0"], R1=0.5, R2=2.0)
    env = gfnx.HypergridEnvironment(reward, dim=S["dimensions"], side=S["side"])
    params = env.init(jax.random.PRNGKey(1))
    actions, backward_actions = env.action_space.n, env.backward_action_space.n
    network = eqx.nn.MLP(
        env.observation_space.shape[0], actions + backward_actions, WIDTH, 2, key=jax.random.PRNGKey(2)
    )
    arrays, rest = eqx.partition(network, eqx.is_array)
    learnt = {"network": arrays, "log_z": jnp.array(0.0)}
    labels = {"network": jax.tree.map(lambda _: "network", arrays), "log_z": "log_z"}
    optimiser = optax.multi_transform({"network": optax.adam(1e-3), "log_z": optax.adam(0.1)}, labels)

    def logits(learnt, observed):
        return eqx.combine(learnt["network"], rest)(observed)

    def choose(_, observed, learnt):
        forward = jax.vmap(lambda x: logits(learnt, x))(observed)[:, :actions]
        return forward, {"forward_logits": forward}

    def log_probs(values, invalid, taken):
        masked = jax.nn.log_softmax(gfnx.utils.mask_logits(values, invalid), axis=-1)
        return jnp.take_along_axis(masked, taken[..., None], axis=-1)[..., 0]

    over_time = lambda f: jax.vmap(f, in_axes=1, out_axes=1)  # noqa: E731

    def loss(learnt, walks):
        values = jax.vmap(jax.vmap(lambda x: logits(learnt, x)))(walks.obs)
        invalid = over_time(lambda state: env.get_invalid_mask(state, params))(walks.state)
        forward = jnp.where(walks.pad, 0.0, log_probs(values[..., :actions], invalid, walks.action))
        # On a grid the action that undoes another has its number.
        after = jax.tree.map(lambda x: x[:, 1:], walks.state)
        invalid = over_time(lambda state: env.get_invalid_backward_mask(state, params))(after)
        backward = log_probs(values[:, 1:, actions:], invalid, walks.action[:, :-1])
        backward = jnp.where(walks.pad[:, :-1], 0.0, backward)
        log_rewards = jnp.where(walks.pad, 0.0, walks.log_gfn_reward).sum(1)
        return ((learnt["log_z"] + forward.sum(1) - backward.sum(1) - log_rewards) ** 2).mean()

    def step(_, state):
        key, learnt, moments = state
        key, own = jax.random.split(key)
        walks, _ = gfnx.utils.forward_rollout(own, BATCH, choose, learnt, env, params)
        gradient = jax.grad(loss)(learnt, walks)
        updates, moments = optimiser.update(gradient, moments, learnt)
        return key, optax.apply_updates(learnt, updates), moments

    run = jax.jit(lambda steps, state: jax.lax.fori_loop(0, steps, step, state))
    state = (jax.random.PRNGKey(3), learnt, optimiser.init(learnt))

    def train(steps):
        nonlocal state
        state = jax.block_until_ready(run(steps, state))

    return train


train = {"torchgfn": torchgfn, "gfnx": gfnx}[S["library"]]()
train(WARM_UP)
wall, cpu = time.perf_counter(), time.process_time()
train(STEPS)
print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}))
